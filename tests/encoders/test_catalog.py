import pytest

from echo_iad.encoders import catalog
from echo_iad.encoders.catalog import encoder_cards, load_image_encoder, load_text_encoder
from echo_iad.errors import ContractError, MissingModelError, UnknownNameError
from echo_iad.testing.encoders import check_image_encoder, check_text_encoder


@pytest.mark.parametrize("name", ["edge", "clip", "dinov2"])
def test_every_image_encoder_keeps_its_promises(name, request):
    model = "" if name == "edge" else str(request.getfixturevalue(f"{name}_folder"))
    encoder = load_image_encoder(name, model)
    check_image_encoder(encoder)
    assert encoder.id.name == name


@pytest.mark.parametrize("name", ["edge", "clip"])
def test_every_text_encoder_keeps_its_promises(name, request):
    model = "" if name == "edge" else str(request.getfixturevalue(f"{name}_folder"))
    encoder = load_text_encoder(name, model)
    check_text_encoder(encoder)
    assert encoder.id.name == name


def test_the_tests_above_cover_the_registries():
    assert catalog.IMAGE_ENCODERS.names() == ["clip", "dinov2", "edge"]
    assert catalog.TEXT_ENCODERS.names() == ["clip", "edge"]


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"'egde'. Did you mean 'edge'\?"):
        load_image_encoder("egde")


@pytest.mark.parametrize("load", [load_image_encoder, load_text_encoder])
def test_edge_takes_no_other_model(load):
    with pytest.raises(MissingModelError, match=r"takes no other model. Got 'some/model'"):
        load("edge", "some/model")


def test_a_plug_in_that_is_no_encoder_is_a_broken_contract(monkeypatch):
    for registry in (catalog.IMAGE_ENCODERS, catalog.TEXT_ENCODERS):
        monkeypatch.setitem(registry._builtin, "odd", "collections:Counter")
    with pytest.raises(ContractError, match="'odd' is a Counter, which does not keep the protocol ImageEncoder"):
        load_image_encoder("odd")
    with pytest.raises(ContractError, match="'odd' is a Counter, which does not keep the protocol TextEncoder"):
        load_text_encoder("odd")


def test_the_cards_say_what_the_encoders_are():
    cards = {(card.kind, card.name): card for card in encoder_cards()}
    assert list(cards) == [("image", n) for n in ("clip", "dinov2", "edge")] + [("text", n) for n in ("clip", "edge")]
    for kind, load in (("image", load_image_encoder), ("text", load_text_encoder)):
        card = cards[kind, "edge"]
        assert card.present
        assert card.extra == ""
        assert card.dimension == load("edge").id.dimension


def test_a_foreign_encoder_is_listed(monkeypatch):
    monkeypatch.setitem(catalog.IMAGE_ENCODERS._builtin, "theirs", "their.package:load")
    card = next(card for card in encoder_cards() if card.name == "theirs")
    assert (card.kind, card.dimension, card.origin) == ("image", None, "another package")


def test_a_checkpoint_that_is_not_here_is_listed_as_absent(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert not any(card.present for card in encoder_cards() if card.extra)
