import shutil

import numpy as np
import pytest

from echo_iad.domain.parts import EncoderId
from echo_iad.memory.hnsw import HnswIndex
from echo_iad.memory.retriever import Retriever
from echo_iad.memory.store import Memory

NAMES = ("gear", "washer", "bracket")


def near(vector, seed, spread=0.2):
    """A unit vector near another."""
    noise = np.random.default_rng(seed).standard_normal(len(vector)) / np.sqrt(len(vector))
    moved = vector + spread * noise
    return (moved / np.linalg.norm(moved)).astype(np.float32)


@pytest.fixture
def centres(make_vector):
    return {name: make_vector(at) for at, name in enumerate(NAMES)}


@pytest.fixture
def filled(memory, make_normal, centres):
    for name in NAMES:
        memory.add([make_normal(name, n, vector=near(centres[name], [n, len(name)])) for n in range(12)])
    return memory


@pytest.fixture(params=["exact", "hnsw", "auto"])
def retriever(request, filled, settings):
    return Retriever(filled, settings.model_copy(update={"index": request.param}), seed=3)


def test_similar_gives_the_nearest(retriever, filled, centres):
    table = filled.vectors()
    query = near(centres["gear"], 77)
    likeness = table.vectors @ query
    found = retriever.similar(query, k=5)
    assert [reference.id for reference in found] == table.ids[np.argsort(-likeness)[:5]].tolist()
    assert found[0].similarity == pytest.approx(float(likeness.max()), abs=1e-6)
    assert found[0].path == filled.normal(found[0].id).path


def test_similar_keeps_to_an_object(retriever, filled, centres):
    found = retriever.similar(near(centres["gear"], 77), object="washer", k=4)
    assert {filled.normal(reference.id).object for reference in found} == {"washer"}
    table = filled.vectors("washer")
    likeness = table.vectors @ near(centres["gear"], 77)
    assert [reference.id for reference in found] == table.ids[np.argsort(-likeness)[:4]].tolist()


def test_more_than_there_are_gives_all(retriever, centres):
    query = centres["gear"]
    assert len(retriever.similar(query, k=99)) == 36
    assert len(retriever.similar(query, object="gear", k=99)) == 12
    assert retriever.similar(query, k=0) == []
    assert retriever.similar(query, object="bolt", k=3) == []


def test_equal_ones_are_ordered_by_id(memory, make_normal, make_vector, settings):
    memory.add([make_normal(name, n, vector=make_vector(1)) for n in range(3) for name in ("washer", "gear")])
    for index in ("exact", "hnsw"):
        retriever = Retriever(memory, settings.model_copy(update={"index": index}), seed=0)
        assert [reference.id for reference in retriever.similar(make_vector(1), k=6)] == [1, 2, 3, 4, 5, 6]
        assert [reference.id for reference in retriever.similar(make_vector(1), object="gear", k=2)] == [2, 4]


def test_changes_of_the_memory_are_seen(retriever, filled, make_normal, centres):
    query = near(centres["gear"], 500)
    retriever.similar(query, k=1)
    retriever.similar(query, object="gear", k=1)
    (number,) = filled.add([make_normal("gear", 500, vector=query)])
    assert retriever.similar(query, k=1)[0].id == number
    assert retriever.similar(query, object="gear", k=1)[0].id == number
    filled.remove([number])
    assert retriever.similar(query, k=1)[0].id != number
    assert retriever.similar(query, object="gear", k=1)[0].id != number


def test_tables_let_go_are_loaded_again(retriever, filled, make_normal, centres, monkeypatch):
    monkeypatch.setattr("echo_iad.memory.retriever._TABLES_BYTES", 1000)
    for turn in range(2):
        for name in NAMES:
            assert retriever.similar(centres[name], object=name, k=1)[0].similarity > 0.9
        for name in NAMES:
            query = near(centres[name], 600 + turn)
            (number,) = filled.add([make_normal(name, 600 + turn, vector=query)])
            assert retriever.similar(query, object=name, k=1)[0].id == number


def test_a_named_object_builds_no_index(filled, settings, centres):
    retriever = Retriever(filled, settings.model_copy(update={"index": "hnsw"}), seed=0)
    retriever.similar(centres["gear"], object="gear", k=1)
    retriever.random(object="gear", k=1, key="a")
    assert not (filled.folder / "cache").exists()
    retriever.similar(centres["gear"], k=1)
    assert [path.suffix for path in (filled.folder / "cache").iterdir()] == [".cache"]


def test_the_graph_is_kept_and_caught_up(filled, settings, make_normal, centres, monkeypatch):
    hnsw = settings.model_copy(update={"index": "hnsw"})
    query = centres["gear"]
    before = Retriever(filled, hnsw, seed=0).similar(query, k=8)
    added, plain = [], HnswIndex.add

    def counted(self, vectors, ids):
        added.append(len(ids))
        plain(self, vectors, ids)

    monkeypatch.setattr(HnswIndex, "add", counted)
    assert Retriever(filled, hnsw, seed=0).similar(query, k=8) == before
    assert added == []
    (number,) = filled.add([make_normal("gear", 99, vector=query)])
    filled.remove([before[0].id])
    after = Retriever(filled, hnsw, seed=0).similar(query, k=8)
    assert added == [1]
    assert [reference.id for reference in after] == [number, *[reference.id for reference in before[1:]]]


def test_a_graph_of_other_vectors_with_the_same_ids_is_not_used(filled, settings, make_normal, centres, tmp_path):
    """A memory put back from a copy may give an id again; the graph tells by the checksums of its vectors."""
    hnsw = settings.model_copy(update={"index": "hnsw"})
    copy = tmp_path / "copy"
    filled.close()
    shutil.copytree(filled.folder, copy)
    with Memory.open(filled.folder) as memory:
        memory.add([make_normal("gear", 50, vector=centres["gear"])])
        Retriever(memory, hnsw, seed=0).similar(centres["gear"], k=1)
    shutil.copytree(filled.folder / "cache", copy / "cache")
    with Memory.open(copy) as memory:
        (number,) = memory.add([make_normal("washer", 50, vector=-centres["gear"])])
        found = Retriever(memory, hnsw, seed=0).similar(centres["gear"], k=99)
    assert found[-1].id == number
    assert found[-1].similarity == pytest.approx(-1.0, abs=1e-5)


def test_random_is_seeded(retriever, filled):
    first = retriever.random(object="gear", k=3, key="a")
    assert first == retriever.random(object="gear", k=3, key="a")
    assert {reference.id for reference in first} <= set(filled.ids("gear"))
    picks = {retriever.random(object="gear", k=1, key=str(key))[0].id for key in range(100)}
    assert picks == set(filled.ids("gear"))
    assert len({reference.id for reference in retriever.random(k=99, key="a")}) == 36
    assert retriever.random(object="bolt", k=1, key="a") == []


def test_random_states_similarities(retriever, filled, centres):
    for reference in retriever.random(object="gear", k=3, key="b", vector=centres["gear"]):
        own = filled.vectors_by_id([reference.id])[reference.id]
        assert reference.similarity == pytest.approx(float(own @ centres["gear"]), abs=1e-6)


class TestTexts:
    """Where pictures and texts share a space, words have their say."""

    @pytest.fixture
    def shared(self, tmp_path, make_normal, centres, settings):
        encoder = EncoderId("joint", "ab" * 32, 16, "none", "joint")
        with Memory.open(tmp_path / "joint", create=True) as memory:
            memory.bind(encoder, encoder)
            for name in NAMES:
                memory.add([make_normal(name, n, vector=near(centres[name], [n, len(name)])) for n in range(12)])
                memory.set_class_text(name, f"a {name}", centres[name])
            yield memory

    def test_class_names_weigh(self, shared, settings, centres):
        query = near((centres["gear"] + 0.97 * centres["washer"]) / 2, 5, spread=0.0)
        half = Retriever(shared, settings.model_copy(update={"image_weight": 0.4}), seed=0)
        best = half.similar(query, k=3)
        table, texts = shared.vectors(), shared.class_texts()
        names = np.array([texts[table.names[code]] for code in table.codes])
        weighed = 0.4 * table.vectors @ query + 0.6 * names @ query
        assert [reference.id for reference in best] == table.ids[np.argsort(-weighed, kind="stable")[:3]].tolist()
        assert best[0].similarity == pytest.approx(float(weighed.max()), abs=1e-6)

    def test_words_about_the_query_weigh(self, shared, settings, centres):
        by_text = Retriever(shared, settings.model_copy(update={"image_weight": 0.0}), seed=0)
        found = by_text.similar(centres["gear"], k=12, text_vector=centres["bracket"])
        assert {shared.normal(reference.id).object for reference in found} == {"bracket"}

    def test_pictures_alone_when_the_weight_is_one(self, shared, settings, centres):
        plain = Retriever(shared, settings, seed=0)
        assert plain.similar(centres["gear"], k=3, text_vector=centres["washer"]) == plain.similar(centres["gear"], k=3)

    def test_foreign_spaces_are_never_mixed(self, filled, settings, centres, make_vector):
        half = Retriever(filled, settings.model_copy(update={"image_weight": 0.5}), seed=0)
        plain = Retriever(filled, settings, seed=0)
        words = make_vector(1, dimension=8)
        assert half.similar(centres["gear"], k=3, text_vector=words) == plain.similar(centres["gear"], k=3)


class TestRecognise:
    def test_each_object(self, retriever, centres):
        for name in NAMES:
            query = near(centres[name], 900)
            match = retriever.recognise(query)
            assert (match.name, match.named_by_user) == (name, False)
            others = max(r.similarity for o in NAMES if o != name for r in retriever.similar(query, object=o, k=1))
            assert match.similarity == pytest.approx(retriever.similar(query, k=1)[0].similarity)
            assert match.margin == pytest.approx(match.similarity - others, abs=1e-6)
            assert name in match.reason

    def test_a_foreign_part_is_unknown(self, retriever, make_vector):
        foreign = [make_vector(seed) for seed in range(50, 70)]
        strange = [vector for vector in foreign if retriever.similar(vector, k=1)[0].similarity < 0.5]
        assert len(strange) > 10
        assert {retriever.recognise(vector).name for vector in strange} == {None}

    def test_one_object_with_one_normal(self, memory, make_normal, make_vector, settings, centres):
        memory.add([make_normal("gear", 1, vector=centres["gear"])])
        retriever = Retriever(memory, settings, seed=0)
        known = retriever.recognise(near(centres["gear"], 1))
        assert (known.name, known.margin) == ("gear", 2.0)
        opposite = retriever.recognise(-centres["gear"])
        assert (opposite.name, opposite.similarity) == (None, pytest.approx(-1.0))
        assert opposite.reason.startswith("Unlike every enrolled object")

    def test_the_profile_shifts_the_rule(self, filled, settings, centres):
        query = near(centres["gear"], 900)
        for shift, name in [(-0.5, "gear"), (0.0, "gear"), (0.9, None)]:
            shifted = Retriever(filled, settings.model_copy(update={"unknown_margin": shift}), seed=0)
            assert shifted.recognise(query).name == name

    def test_one_object_that_fills_the_widest_search(self, filled, settings, centres, monkeypatch):
        query = near(centres["gear"], 900)
        wide = Retriever(filled, settings, seed=0).recognise(query)
        monkeypatch.setattr("echo_iad.memory.retriever._WIDER", (4, 8))
        narrow = Retriever(filled, settings, seed=0).recognise(query)
        assert (narrow.name, narrow.similarity) == (wide.name, wide.similarity)
        assert 0 < narrow.margin < wide.margin

    def test_an_empty_memory(self, memory, settings, make_vector):
        match = Retriever(memory, settings, seed=0).recognise(make_vector(1))
        assert (match.name, match.reason) == (None, "Nothing is enrolled.")
