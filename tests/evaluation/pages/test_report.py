from __future__ import annotations

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.pages.report import write_report
from echo_iad.evaluation.scores.summary import Verdicts

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>|`*'
VOID = {"meta", "link", "img", "br"}
MADE_AT = "2026-01-02 03:04"


class Page(HTMLParser):
    """Elements and headings of a page; complains about tags that do not close in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.headings = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in {"h1", "h2"}:
            self.headings.append(data)


@pytest.fixture
def write(tmp_path, records, pictures):
    """Write a report; give its page and its text."""

    def written(summary, records=records, pictures=pictures, name="out"):
        write_report(tmp_path / name, summary, iter(records), pictures=pictures, made_at=MADE_AT)
        return [(tmp_path / name / f"report.{kind}").read_text(encoding="utf-8") for kind in ("html", "md")]

    return written


def test_the_same_run_gives_the_same_bytes(write, summary, tmp_path):
    write(summary, name="a")
    write(summary, name="b")
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert {path.suffix for path in files} == {".html", ".md", ".svg", ".png"}
    assert all((tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes() for path in files)


def test_the_page_has_every_section_and_closes_every_element(write, summary):
    page, _ = write(summary)
    assert Page(page).headings == [
        "MMAD evaluation: edge",
        "What this run shows",
        "Every cell beside its blind baseline",
        "Beside the published figures",
        "Averages",
        "Discrimination",
        "Object by object",
        "Calibration",
        "Answering less",
        "Answers and time",
        "Marked pictures",
        "Robustness",
        "The worst mistakes",
        "Left out",
    ]


def test_page_and_text_have_the_same_headings_and_figures(write, summary):
    page, text = write(summary)
    assert re.findall(r"^##? (.+)$", text, re.MULTILINE) == Page(page).headings
    cells = re.findall(r"<td class=\"figure [a-z]*\">([^<]+)", page)
    assert len(cells) > 200
    assert not [cell for cell in cells if cell not in text]


def test_the_page_stands_alone(write, summary):
    page, text = write(summary)
    loaded = [a.get("src") or a.get("href") for tag, a in Page(page).elements if tag in {"img", "link", "image", "use"}]
    assert loaded
    assert all(place.startswith(("data:", "#")) for place in loaded)
    assert "<script" not in page
    assert ' style="' not in page
    assert set(re.findall(r"\]\((.+?)\)", text)) == {
        f"plots/{n}.svg" for n in ("accuracy-ds-mvtec", "accuracy-visa", "calibration", "abstention")
    }


def test_ids_are_unique_and_links_lead_to_them(write, summary):
    elements = Page(write(summary)[0]).elements
    ids = [a["id"] for _, a in elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for tag, a in elements if tag in {"a", "use"}} <= set(ids)


@pytest.mark.parametrize("assisted", [False, True])
def test_assisted_is_in_the_title_when_it_was(write, summary_of, assisted):
    page, text = write(summary_of(assisted=assisted, model="some-model"))
    title = f"MMAD evaluation: some-model{', assisted' if assisted else ''}"
    assert f"<title>{title}</title>" in page
    assert text.startswith(f"# {title}\n")
    assert ("Not assisted: nothing" in page) != assisted


def test_the_head_says_what_ran(write, summary):
    text = write(summary)[1]
    head = text.split("\n## ")[0]
    for said in ("edge (0123456789ab)", "embedded, no language model", "Seed: 0", "Echo: 0.1.0", MADE_AT, "3 objects"):
        assert said in head


def test_cells_below_blind_are_named_first_and_marked(write, summary):
    page, text = write(summary)
    shows = text.split("\n## ")[1]
    assert "Below a blind decider (▼): DS-MVTec localization" in shows
    assert re.search(r'<td class="figure below">[\d.]+ ▼<small>', page)


def test_the_head_names_the_model_and_what_was_changed_of_the_profile(write, summary_of):
    changed = replace(summary_of(model="a:b"), changed=("retrieval.shots=3", "without knowledge_guide"))
    head = write(changed)[1].split("\n## ")[0].replace("\\", "")
    assert "Decider: model a:b" in head
    assert "Changed: retrieval.shots=3, without knowledge_guide" in head


def test_it_says_whose_word_the_verdicts_are(write, summary):
    weighed = replace(summary, verdicts=Verdicts(weighed=12, by_comparison=9, by_model=0))
    said = "verdict by the comparison in 9 of 12 (the model's word did not count), by both together in 3 of 12"
    assert said in write(weighed)[1].split("\n## ")[1]
    assert "verdict by" not in write(summary)[1]


def test_cells_without_any_answer_are_named(write, summary):
    silent = {**summary.coverage, "VisA": {**summary.coverage["VisA"], Subtask.ANALYSIS: 0.0}}
    shows = write(replace(summary, coverage=silent))[1].split("\n## ")[1]
    assert "Nothing at all was answered in VisA analysis." in shows
    assert "Nothing at all" not in write(summary)[1]


def test_unanswered_questions_are_said_first(write, summary, summary_of):
    assert "⚠ 3.8 % of the questions" in write(summary)[1].split("\n## ")[1]
    page, text = write(summary_of(unanswered=False))
    assert "Every question was answered with an option." in page
    assert "⚠" not in text.replace("⚠ with the share", "")


def test_without_a_blind_decider_the_report_says_that_nothing_is_known(write, summary_of):
    text = write(summary_of(blind=False))[1]
    assert "echo-iad evaluate blind-fit" in text.split("\n## ")[1]
    assert "no picture: learned" not in text


def test_wrong_answers_are_shown_with_pictures(write, summary, records, pictures):
    page = write(summary)[0]
    assert page.count("<article") == page.count("data:image/jpeg;base64,") == 12
    gone = write(summary, pictures={})[0]
    assert gone.count("not at hand when this report was written") == 12
    assert "data:image/jpeg" not in gone


def test_exclusions_are_grouped_and_only_the_first_are_named(write, summary):
    text = write(summary)[1].split("\n## ")[-1]
    assert "26 things that the benchmark names were not measured." in text
    assert "the picture is missing (23):" in text
    assert "- and 3 more" in text
    assert "template of some pictures: no file (2):" in text
    assert "009.JPG, question 3" in text


def test_hostile_words_stay_words(write, summary, records, pictures):
    hostile = [
        replace(r, object=HOSTILE, question=HOSTILE, reason=HOSTILE, options=dict.fromkeys(r.options, HOSTILE))
        for r in records
    ]
    page, text = write(replace(summary, profile=HOSTILE, per_object={HOSTILE: {}}), hostile)
    Page(page)
    assert "<script" not in page
    assert "<script" not in text.replace("\\<script", "")


def test_data_sets_of_any_name_have_plots_of_their_own(write, summary, tmp_path):
    renamed = {"零件": summary.strict["DS-MVTec"], "螺丝": summary.strict["VisA"]}
    counts = {name: dict.fromkeys(cells, 10) for name, cells in renamed.items()}
    chance = {name: dict.fromkeys(cells, 25.0) for name, cells in renamed.items()}
    page = write(replace(summary, counts=counts, strict=renamed, chance=chance))[0]
    assert "零件: right answers" in page
    drawn = {path.stem for path in (tmp_path / "out" / "plots").iterdir()}
    assert drawn == {"accuracy", "accuracy-2", "calibration", "abstention"}


def test_without_matplotlib_the_report_is_written_and_says_what_is_missing(write, summary, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    page, text = write(summary)
    assert "pip install" in page
    assert "plots/" not in text
    assert not (tmp_path / "out" / "plots").exists()


def test_a_run_without_probabilities_has_no_calibration_plot(write, summary):
    empty = replace(summary, calibration=replace(summary.calibration, bins=(), ece=None, brier=None))
    assert "No probabilities were recorded." in write(empty)[0]


def test_what_optional_tests_did_not_find_is_not_shown(write, summary_of):
    assert "Robustness" not in write(summary_of(robustness=False))[0]


def test_a_folder_that_cannot_be_written_is_named(summary, records, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_report(tmp_path / "file", summary, records)
