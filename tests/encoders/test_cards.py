import hashlib
import json

import pytest

from echo_iad.domain.parts import EncoderId
from echo_iad.encoders.cards import ModelCard, has_card, read_card, whole_file
from echo_iad.encoders.preparation import PicturePreparation
from echo_iad.errors import MissingModelError

CARD = ModelCard(
    name="small",
    origin="drawn",
    licence="Apache-2.0",
    training_data="none",
    files={"image.onnx": hashlib.sha256(b"weights").hexdigest()},
    fidelity={"largest_difference": 1e-6},
    image=EncoderId("clip", "ab" * 32, 512, "as it is", "clip-1"),
    picture=PicturePreparation(256, 224, (0.5, 0.4, 0.3), (0.1, 0.2, 0.3)),
)


@pytest.fixture
def folder(tmp_path):
    CARD.write(tmp_path)
    (tmp_path / "image.onnx").write_bytes(b"weights")
    return tmp_path


def test_a_card_comes_back_as_it_was_written(folder):
    assert read_card(folder) == CARD
    assert has_card(folder)


def test_a_whole_file_is_handed_over(folder):
    assert whole_file(folder, "image.onnx", CARD) == folder / "image.onnx"


def test_a_file_that_differs_from_its_card_is_refused(folder):
    (folder / "image.onnx").write_bytes(b"weight5")
    with pytest.raises(MissingModelError, match=r"is damaged: SHA-256 .* its card says .* echo-iad models export"):
        whole_file(folder, "image.onnx", CARD)


def test_a_file_that_the_card_does_not_know_is_refused(folder):
    (folder / "text.onnx").write_bytes(b"other")
    with pytest.raises(MissingModelError, match="its card says nothing"):
        whole_file(folder, "text.onnx", CARD)


def test_a_missing_file_is_named(folder):
    (folder / "image.onnx").unlink()
    with pytest.raises(MissingModelError, match=r"image.onnx of encoder 'small' cannot be read: No such file"):
        whole_file(folder, "image.onnx", CARD)


def test_a_folder_without_a_card_is_no_export(tmp_path):
    assert not has_card(tmp_path)
    with pytest.raises(MissingModelError, match=r"No exported encoder in .* echo-iad models export NAME --to"):
        read_card(tmp_path)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda card: card.pop("name"), "name"),
        (lambda card: card["image"].update(dimension="many"), "image.dimension"),
        (lambda card: card["picture"].update(side=0), "picture"),
        (lambda card: card.update(image=None), "the file"),
    ],
)
def test_a_wrong_card_is_named_with_the_place(folder, change, place):
    content = json.loads((folder / "card.json").read_text())
    change(content)
    (folder / "card.json").write_text(json.dumps(content))
    with pytest.raises(MissingModelError, match=f"wrong value at {place}:"):
        read_card(folder)


def test_a_card_that_is_no_json_is_refused(folder):
    (folder / "card.json").write_text("{")
    with pytest.raises(MissingModelError, match=r"card.json has a wrong value"):
        read_card(folder)
