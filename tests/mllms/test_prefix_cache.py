"""What is shared is measured by the tokens that reach the model; that it is right, by the model without it."""

import copy
import weakref

import pytest

from echo_iad.domain.messages import Message, Role, TextPart
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.settings import MllmSettings
from echo_iad.testing.random_mllm import FAMILIES

torch = pytest.importorskip("torch")

QUESTIONS = ("Is it A or B?", "Which of the two is it, A or B?", "What is it then? Say A or say B.")
RUNNING = ("minicpmv4_6",)
"""Families whose layers keep a running state, which nothing can go on from twice."""


def load(folder, **settings):
    return load_mllm(f"transformers:{folder}", MllmSettings(**settings)).mllm


@pytest.fixture
def mllm(folder):
    return load(folder)


@pytest.fixture
def read(mllm):
    """Shapes of everything that the model is made to read, in order: rows and tokens."""
    shapes = []
    mllm._model.register_forward_pre_hook(
        lambda model, args, inputs: shapes.append(tuple(inputs["input_ids"].shape)), with_kwargs=True
    )
    return shapes


def asked(*conversations, labels=("A", "B"), **choices):
    return [Prompt(messages, labels, **choices) for messages in conversations]


def assert_same(ones, others):
    for one, other in zip(ones, others, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-3)
        assert (one.text, one.prompt_tokens, one.new_tokens) == (other.text, other.prompt_tokens, other.new_tokens)


def about(ask, seeds=(1, 2)):
    """Questions about the same pictures: scored, written to, and scored after words of the model."""
    spoken = (Message(Role.ASSISTANT, (TextPart("It is smooth."),)), Message(Role.USER, (TextPart("So A or B?"),)))
    scored = asked(*(ask(question, seeds=seeds) for question in QUESTIONS))
    written = asked(ask("What is there?", seeds=seeds), ask("Tell.", seeds=seeds), labels=(), max_new_tokens=6)
    return [*scored, *written, *asked((*ask("Look well.", seeds=seeds), *spoken), labels=("upper left", "A"))]


@pytest.mark.parametrize("family", FAMILIES)
def test_sharing_changes_no_reply_of_any_family(folders, ask, family):
    expected = load(folders[family], share_prefix=False, batch=1).ask(about(ask))
    sharing = load(folders[family])
    assert_same(sharing.ask(about(ask)), expected)
    assert (sharing._prefixes.pictures is None) is (family in RUNNING)
    for prompt, reply in zip(about(ask), expected, strict=True):
        assert_same(sharing.ask([prompt]), [reply])


def test_the_beginning_is_read_once_for_all_questions(mllm, read, ask):
    mllm.ask(about(ask))  # the first time both ways are computed, to prove that they agree
    read.clear()
    mllm.ask(asked(*(ask(question, seeds=(3, 4)) for question in QUESTIONS)))
    sizes = [len(mllm._chat.encode([ask(question)]).tokens) for question in QUESTIONS]
    (rows, begun), (together, ends) = read
    assert (rows, together) == (1, 3)
    assert begun + ends == max(sizes)


def test_ends_of_like_length_are_read_together(mllm, read, ask):
    mllm.ask(about(ask))
    read.clear()
    long = [question + " Look at every edge and every corner of it." * 8 for question in QUESTIONS]
    mllm.ask(asked(*(ask(question, seeds=(3,)) for question in (long[0], QUESTIONS[0], long[1], QUESTIONS[1]))))
    assert [rows for rows, _ in read] == [1, 2, 2]


def test_later_questions_about_the_same_pictures_go_on_from_what_is_kept(mllm, read, ask):
    mllm.ask(asked(ask(QUESTIONS[0])))
    for question in QUESTIONS[1:]:
        read.clear()
        mllm.ask(asked(ask(question)))
        ((rows, ends),) = read
        assert rows == 1
        assert ends < len(mllm._chat.encode([ask(question)]).tokens) / 2


def test_no_question_changes_what_is_kept(mllm, ask):
    mllm.ask(about(ask))
    kept = mllm._prefixes._kept
    before = copy.deepcopy(kept.layers)
    mllm.ask(about(ask)[::-1])
    assert mllm._prefixes._kept is kept
    for layer, other in zip(kept.layers, before, strict=True):
        assert all(torch.equal(one, two) for one, two in zip(layer, other, strict=True))


def test_other_pictures_free_what_is_kept_before_their_own_is_read(mllm, ask):
    mllm.ask(asked(ask(seeds=(1, 2))))
    held = []
    mllm._model.register_forward_pre_hook(
        lambda model, args, inputs: held.append(mllm._prefixes.pictures), with_kwargs=True
    )
    first, memory = mllm._prefixes.pictures, weakref.ref(mllm._prefixes._kept.layers[0][0])
    mllm.ask(asked(ask(seeds=(3,))))
    assert memory() is None
    assert first not in held
    assert held[0] is None
    assert mllm._prefixes.pictures not in {None, first}


def test_a_question_with_one_picture_more_has_its_own_beginning(mllm, folder, ask):
    prompts = asked(ask(seeds=(1, 2)), ask(seeds=(1, 2, 5)), ask(QUESTIONS[1], seeds=(1, 2, 5)), ask(QUESTIONS[1]))
    assert_same(mllm.ask(prompts), load(folder, share_prefix=False).ask(prompts))


def test_the_kept_pictures_are_asked_about_first(mllm, read, ask):
    mllm.ask(asked(ask(seeds=(1,)), ask(seeds=(2,))))
    read.clear()
    mllm.ask(asked(ask(QUESTIONS[1], seeds=(1,)), ask(QUESTIONS[1], seeds=(2,))))
    assert len(read) == 3  # an end, then another beginning and its end


def test_another_system_text_is_another_beginning(mllm, folder, ask):
    system, user = ask()
    other = (Message(Role.SYSTEM, (TextPart("You sort fruit by its colour."),)), user)
    prompts = asked((system, user), other)
    assert_same(mllm.ask(prompts), load(folder, share_prefix=False).ask(prompts))


def test_the_same_prompt_twice_is_one_token_behind_its_beginning(mllm, folder, ask):
    prompts = asked(ask(), ask())
    assert_same(mllm.ask(prompts), load(folder, share_prefix=False).ask(prompts))


@pytest.mark.parametrize("change", ["size", "token"])
def test_pictures_are_the_same_by_their_pixels_alone(mllm, folder, ask, change):
    """As many tokens of pictures do not make the same pictures."""
    first, second = {"size": (ask(side=70), ask(side=71)), "token": (ask(seeds=(1, 2)), ask(seeds=(2, 1)))}[change]
    mllm.ask(asked(first))
    assert_same(mllm.ask(asked(second)), load(folder, share_prefix=False).ask(asked(second)))


def test_texts_without_pictures_share_too(mllm, read, folder, ask):
    prompts = asked(*(ask(f"A long story that all of them tell first. {text}", seeds=()) for text in QUESTIONS))
    assert_same(mllm.ask(prompts), load(folder, share_prefix=False).ask(prompts))
    assert (3,) in {shape[:1] for shape in read}
    assert mllm._prefixes.pictures == ""


def test_a_model_that_looks_ahead_shares_nothing(mllm, folder, ask):
    """Early tokens that look at later ones are found by computing the first prompt both ways."""
    expected = load(folder, share_prefix=False, batch=1)
    for model in (mllm._model, expected._model):
        model.model.language_model.register_forward_pre_hook(_look_ahead, with_kwargs=True)
    assert_same(mllm.ask(about(ask)), expected.ask(about(ask)))
    assert mllm._prefixes.pictures is None


def _look_ahead(model, args, inputs):
    """Add what the last token says to every token, as attention in both directions would."""
    states = inputs["inputs_embeds"]
    inputs["inputs_embeds"] = states + states[:, -1:]
    return args, inputs


@pytest.mark.usefixtures("as_on_a_gpu")
def test_sharing_can_be_switched_off(folder, ask):
    mllm, shapes = load(folder, share_prefix=False), []
    mllm._model.register_forward_pre_hook(
        lambda model, args, inputs: shapes.append(tuple(inputs["input_ids"].shape)), with_kwargs=True
    )
    mllm.ask(asked(*(ask(question) for question in QUESTIONS)))
    assert [rows for rows, _ in shapes] == [3]
