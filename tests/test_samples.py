from __future__ import annotations

from echo_iad.samples import copy_samples, sample_parts, sample_questions


def test_every_question_is_about_a_picture_that_is_shipped():
    questions = sample_questions()
    assert len(questions) > 10
    for sample in questions:
        assert (sample_parts() / sample.image).is_file()
        assert sample.image.startswith(f"{sample.object}/test/")
        assert not sample.answer or sample.answer in sample.options


def test_samples_are_copied_whole_and_again(tmp_path):
    for _ in range(2):
        copy_samples(tmp_path)
    copied = {path.relative_to(tmp_path / "parts") for path in (tmp_path / "parts").rglob("*.*")}
    assert copied == {path.relative_to(sample_parts()) for path in sample_parts().rglob("*.*")}
    assert len(list((tmp_path / "knowledge").glob("*.md"))) == 3
