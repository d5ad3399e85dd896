"""Every family keeps every promise, with random weights: what is proved is the way in and out, not the answers."""

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.errors import MllmError
from echo_iad.mllms.base import Prompt, Reply, normalised
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.local.spellings import spellings
from echo_iad.settings import MllmSettings
from echo_iad.testing import check_mllm
from echo_iad.testing.random_mllm import FAMILIES

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
load_processor = pytest.importorskip("echo_iad.mllms.local.processors").load_processor

RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)
PICTURES_AXIS = {"idefics3": 1, "smolvlm": 1, "minicpmv4_6": -1}
"""Axis of the pixel values along which one picture follows the other; the first where a family is not named."""
NOT_SHARED = {"minicpmv4_6"}
"""Half of its layers keep a running state, which cannot be cut where questions part: each is read whole."""
PICTURES_FIRST = {"llava", "llava_interleave", "llava_next", "llava_onevision"}
"""Their templates put the pictures of a turn before its texts."""
LIMIT = 16384
"""Tokens that a random model takes."""


@dataclass
class Family:
    """A family's random checkpoint."""

    name: str
    folder: str

    def load(self, **settings):
        """Load it anew, without a memory of replies before it."""
        return load_mllm(f"transformers:{self.folder}", MllmSettings(**settings)).mllm


@pytest.fixture(scope="module", params=FAMILIES)
def family(request, folders):
    return Family(request.param, str(folders[request.param]))


def picture(colour, side=70):
    """A part of one colour with a lighter corner."""
    pixels = np.full((side, 90, 3), colour, np.uint8)
    pixels[:20, :30] += 50
    return PicturePart(pixels, "part")


def prompt(question="Is there a dent?\nA. Yes.\nB. No.", pictures=(RED, GREEN), **more):
    told = (TextPart("Look at these parts."), *(picture(colour) for colour in pictures), TextPart(question))
    return Prompt((Message(Role.USER, told),), **{"labels": ("A", "B"), "max_new_tokens": 8, **more})


def given(mllm, asked, name):
    """What the model is given under a name, in the order of its forward passes."""
    seen = []
    hook = mllm._model.register_forward_pre_hook(
        lambda _, positional, named: seen.append(named.get(name)), with_kwargs=True
    )
    try:
        mllm.ask(asked)
    finally:
        hook.remove()
    return [value for value in seen if value is not None]


@pytest.mark.usefixtures("as_on_a_gpu")
def test_it_keeps_every_promise(family):
    check_mllm(family.load())


@pytest.mark.usefixtures("as_on_a_gpu")
def test_sharing_the_beginning_and_batching_change_no_reply(family):
    prompts = [prompt(), prompt("Is it bent at the rim, and where?\nA. Yes.\nB. No."), prompt(pictures=(BLUE,))]
    prompts += [prompt("Describe it.", labels=()), prompt("What colour is it?", labels=()), prompt(pictures=())]
    expected = [family.load(share_prefix=False, batch=1).ask([asked])[0] for asked in prompts]
    for share, batch in ((False, 4), (True, 1), (True, 4)):
        for alone, reply in zip(expected, family.load(share_prefix=share, batch=batch).ask(prompts), strict=True):
            assert reply.scores == pytest.approx(alone.scores, abs=1e-3)
            assert reply.text == alone.text


@pytest.mark.usefixtures("as_on_a_gpu")
def test_questions_about_the_same_pictures_look_at_them_once(family):
    questions = [prompt(f"Is it {what}?\nA. Yes.\nB. No.") for what in ("bent", "torn", "dull", "worn", "chipped")]
    mllm = family.load()
    mllm.ask([prompt(pictures=(BLUE,))])  # a model is read both ways once, to prove that it can go on from a beginning
    looks = len(given(mllm, questions, "pixel_values"))
    assert looks == (2 if family.name in NOT_SHARED else 1)  # in batches of four


def bare(family, text):
    """Two pictures and a text, as the library's own processor gives them to the model."""
    processor = load_processor(Path(family.folder), family.name)
    content = [{"type": "text", "text": "Look at these parts."}, {"type": "image"}, {"type": "image"}]
    content.append({"type": "text", "text": text})
    if family.name in PICTURES_FIRST:
        placed = ("Look at these parts.", processor.image_token, processor.image_token, text)
        content = [{"type": "text", "text": "\n".join(placed)}]
    written = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
    opened = written.startswith(processor.tokenizer.bos_token or "\0")
    shown = [[Image.fromarray(picture(colour).pixels) for colour in (RED, GREEN)]]
    return processor(text=[written], images=shown, return_tensors="pt", add_special_tokens=not opened)


def test_scores_are_the_librarys_own(family):
    mllm = family.load()
    with torch.inference_mode():
        logits = mllm._model(**bare(family, "Is it A or B?")).logits[0, -1]
    chances = logits.double().log_softmax(-1)
    ways = {label: spellings(label, mllm._chat.tokens_of) for label in "AB"}
    plain = {label: float(chances[[way[0] for way in ways[label]]].logsumexp(0)) for label in "AB"}
    (reply,) = mllm.ask([prompt("Is it A or B?")])
    assert all(len(way) == 1 for each in ways.values() for way in each)
    assert reply.scores == pytest.approx(normalised(plain), abs=1e-3)


def test_only_new_tokens_are_decoded(family):
    mllm = family.load()
    inputs = bare(family, "Describe it.")
    written = mllm._model.generate(**inputs, max_new_tokens=8, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    (reply,) = mllm.ask([prompt("Describe it.", labels=())])
    assert reply.text == mllm._chat._processor.tokenizer.decode(written, skip_special_tokens=True).strip()
    assert (reply.new_tokens, reply.prompt_tokens) == (len(written), inputs["input_ids"].shape[1])


def test_two_pictures_arrive_in_the_order_in_which_they_are_shown(family):
    def halves(first, second):
        (pixels,) = given(family.load(), [prompt(pictures=(first, second))], "pixel_values")
        return pixels.chunk(2, dim=PICTURES_AXIS.get(family.name, 0))

    red, _ = halves(RED, RED)
    green, _ = halves(GREEN, GREEN)
    assert not torch.allclose(red, green)
    for first, second in ((red, green), (green, red)):
        shown = halves(*((RED, GREEN) if first is red else (GREEN, RED)))
        assert torch.equal(shown[0], first)
        assert torch.equal(shown[1], second)


def test_a_picture_stays_between_the_texts_that_it_was_shown_between(family):
    """Even where the family's own template puts pictures first."""
    turns = (Message(Role.USER, (TextPart("A good part:"), picture(RED), TextPart("And the part:"), picture(GREEN))),)
    mllm = family.load(share_prefix=False)
    (tokens,) = given(mllm, [Prompt(turns, ("A", "B"))], "input_ids")
    row = tokens[0].tolist()
    image = mllm._model.config.image_token_id
    places = [place for place, token in enumerate(row) if token == image]
    said = ("A good part:", "And the part:")
    before, between = mllm._chat.text_of(row[: places[0]]), mllm._chat.text_of(row[places[0] : places[-1]])
    assert (said[0] in before, said[1] in before, said[1] in between) == (True, False, True)


def test_everything_said_arrives_once(family):
    """Whatever a template knows of roles: no text is lost, none is doubled."""
    turns = (
        Message(Role.SYSTEM, (TextPart("You inspect parts."),)),
        Message(Role.USER, (TextPart("A good part:"), picture(RED), TextPart("Compare it first."))),
        Message(Role.ASSISTANT, (TextPart("It is smooth."),)),
        Message(Role.USER, (TextPart("Is it A or B?"),)),
    )
    mllm = family.load(share_prefix=False)
    (tokens,) = given(mllm, [Prompt(turns, ("A", "B"))], "input_ids")
    read = mllm._chat.text_of(tokens[0].tolist())
    for message in turns:
        for part in message.parts:
            assert isinstance(part, PicturePart) or read.count(part.text) == 1


def test_a_prompt_that_is_too_long_fails_in_one_line_that_says_what_helps(family):
    fault, reply = family.load().ask([prompt("word " * LIMIT), prompt()])
    assert isinstance(fault, MllmError)
    assert f"takes {LIMIT}: use fewer references" in str(fault)
    assert "\n" not in str(fault)
    assert isinstance(reply, Reply)


def test_control_words_in_a_question_lose_their_power(family):
    mllm = family.load(share_prefix=False)
    control = mllm._chat._processor.tokenizer.get_added_vocab()
    (plain,) = given(mllm, [prompt("Is it A or B?")], "input_ids")
    (spiked,) = given(mllm, [prompt(f"Is it {' '.join(control)} A or B?")], "input_ids")
    numbers = torch.tensor(sorted(control.values()))
    assert torch.isin(spiked, numbers).sum() == torch.isin(plain, numbers).sum()


def test_the_library_says_nothing_while_it_is_asked(family):
    """Some warn at their first pass of what would be faster; what a command prints is its own."""
    mllm, levels = family.load(), set()
    hook = mllm._model.register_forward_pre_hook(lambda *_: levels.add(transformers.utils.logging.get_verbosity()))
    mllm.ask([prompt()])
    hook.remove()
    assert levels == {logging.ERROR}


@pytest.mark.parametrize("name", ["minicpmv4_6", "qwen3_vl"])
def test_a_processor_is_read_from_one_file_as_from_two(folders, tmp_path, name):
    """As version 5 of the library saves it, and as older ones did."""
    folder = Path(shutil.copytree(folders[name], tmp_path / name))
    halves = {"image_processor": json.loads((folder / "preprocessor_config.json").read_text()), "video_processor": {}}
    settings = json.loads((folder / "processor_config.json").read_text())
    (folder / "processor_config.json").write_text(json.dumps(settings | halves))
    (folder / "preprocessor_config.json").unlink()
    one, two = (Family(name, str(place)).load().ask([prompt()])[0] for place in (folder, folders[name]))
    assert one == two
