import hashlib
from dataclasses import replace

import numpy as np
import pytest

from echo_iad.experts.reference_extractor import ReferenceExtractor
from echo_iad.images.preparing import decode_jpeg, encode_png
from echo_iad.settings import load_profile


@pytest.fixture
def extractor_of(memory):
    """Changes of the retrieval's settings -> a Reference Extractor."""

    def make(seed=0, **changes):
        return ReferenceExtractor(memory, load_profile("edge").retrieval.model_copy(update=changes), seed)

    return make


@pytest.fixture
def gear(encoding_of):
    return encoding_of("gear", 77).vector


def test_the_nearest_normals_tell_the_object(extractor_of, gear):
    match = extractor_of().recognise(gear, None)
    assert (match.name, match.named_by_user) == ("gear", False)
    assert match.margin > 0


def test_the_users_word_is_taken(extractor_of, gear, memory):
    match = extractor_of().recognise(gear, "valve")
    assert (match.name, match.named_by_user) == ("valve", True)
    assert match.similarity == pytest.approx(float((memory.vectors("valve").vectors @ gear).max()), abs=1e-6)
    assert extractor_of().recognise(gear, "never enrolled").similarity == 0.0


def test_similar_references_are_the_nearest_of_the_object(extractor_of, gear, memory):
    found = extractor_of(shots=3).extract(gear, "gear", key="a")
    table = memory.vectors("gear")
    assert [reference.id for reference in found] == table.ids[np.argsort(-(table.vectors @ gear))[:3]].tolist()


def test_random_references_hang_on_the_query_and_the_seed(extractor_of, gear, memory):
    one, other = extractor_of(references="random", shots=2), extractor_of(references="random", shots=2, seed=5)
    assert one.extract(gear, "gear", key="a") == one.extract(gear, "gear", key="a")
    by_key = {reference.id for key in "abcdefghij" for reference in one.extract(gear, "gear", key=key)}
    assert 3 <= len(by_key) <= 12
    assert by_key <= set(memory.ids("gear"))
    by_seed = [one.extract(gear, "gear", key=key) != other.extract(gear, "gear", key=key) for key in "abcdefghij"]
    assert any(by_seed)


@pytest.mark.parametrize("changes", [{"references": "none"}, {"shots": 0}])
def test_a_profile_may_want_no_references(extractor_of, gear, changes):
    assert extractor_of(**changes).extract(gear, "gear", key="a") == ()


def test_an_object_without_normals_has_no_references(extractor_of, gear):
    assert extractor_of().extract(gear, "bracket", key="a") == ()


def test_pictures_are_the_previews_in_order(extractor_of, gear):
    extractor = extractor_of(shots=12)
    found = extractor.extract(gear, "gear", key="a")
    levels = [round(float(decode_jpeg(data).mean())) for data in extractor.pictures(found)]
    assert levels == [100 + int(reference.path.split("/")[-1].removesuffix(".png")) for reference in found]


def test_originals_are_in_the_order_of_the_references_and_may_be_gone(memory, normal_of, extractor_of, gear, tmp_path):
    path = tmp_path / "gear.png"
    path.write_bytes(encode_png(np.full((500, 600, 3), 7, np.uint8)))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (there,) = memory.add([replace(normal_of("gear", 20), path=str(path), sha256=digest)])
    extractor = extractor_of(shots=13)
    found = extractor.extract(gear, "gear", key="a")
    read = extractor.originals(found, 400)
    assert [picture is not None for picture in read] == [reference.id == there for reference in found]
    assert any(read)
