"""Trains the small model on drawn parts: python benchmarks/learned_training.py [--out FOLDER] [--steps N].

Every step draws new designs and asks Echo's own messages about a good and a defective part of each, beside a good part
of the same design; one step in eight shows no reference, so that the model knows such prompts too. The label is the
only thing that is learned. The first steps show parts with several faults, and ask with ``Yes`` first.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import transformers
from PIL import Image

from drawn_products import SIDE, Design, draw_part, random_design, random_fault
from echo_iad.domain.evidence import Evidence, Exhibits, ObjectMatch, Reference
from echo_iad.domain.messages import Messages, Role, TextPart
from echo_iad.domain.parts import Picture
from echo_iad.domain.questions import DEFAULT_QUESTION, Question
from echo_iad.images.preparing import encode_jpeg
from echo_iad.mllms.local.chat_inputs import ChatInputs
from echo_iad.prompts.builder import PromptStyle, build_messages
from learned_model import SmallModel, new_model, weight_count

CHECKPOINT = Path(__file__).with_name("learned_checkpoint")
LETTERS = ("A", "B")
STEPS = 1500
_QUESTIONS = (DEFAULT_QUESTION, "Does this part have a defect?", "Is this part defective?", "Is anything wrong here?")
_OBJECTS = ("label", "marked_plate", "plate", "front_panel_of_a_switch")
_ANSWERS = (("Yes", "No"), ("Yes.", "No."))
_SEVERAL = 9
"""Most faults of a part in the first steps."""


@dataclass(frozen=True)
class Wording:
    """One way to ask."""

    question: str
    object: str
    answers: tuple[str, str]
    """What says "defective", and what says "good"."""
    with_reference: bool

    def messages(self, order: int) -> Messages:
        """Echo's own prompt about blank pictures; ``order`` 1 puts the answer "good" first."""
        blank = Picture(np.zeros((SIDE, SIDE, 3), np.uint8), SIDE, SIDE, "blank", "")
        answers = self.answers[::-1] if order else self.answers
        match = ObjectMatch(self.object, named_by_user=True, similarity=1.0, margin=2.0, reason="Named.")
        references = (Reference(1, "blank", 1.0),) if self.with_reference else ()
        previews = (encode_jpeg(blank.pixels),) if self.with_reference else ()
        return build_messages(
            Question(self.question, dict(zip(LETTERS, answers, strict=True))),
            Evidence(match, references),
            Exhibits(blank, previews),
            PromptStyle(),
        )


WORDINGS = tuple(
    Wording(question, object, answers, with_reference)
    for question in _QUESTIONS
    for object in _OBJECTS
    for answers in _ANSWERS
    for with_reference in (True, False)
)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one step shows, and the right labels."""

    tokens: torch.Tensor
    """(n, length) int64."""
    pictures: torch.Tensor
    """(n or 2 n, 3, h, w) float32: of each prompt the reference, where there is one, then the query."""
    labels: torch.Tensor
    """(n,) int64: the token of the right label."""


class Lessons:
    """Draws what is to be learned, anew at every step.

    Parameters
    ----------
    model : SmallModel
    seed : int
    size : int
        Prompts of a step, an even number.
    gentle : int
        In so many steps, 1 or more, faults become single; from half of them on, the order of the answers varies.
    """

    def __init__(self, model: SmallModel, seed: int, *, size: int, gentle: int) -> None:
        self._processor = model.processor
        self._chat = ChatInputs(model.processor, None)
        self._chance = np.random.default_rng(seed)
        self._size, self._gentle = size, gentle
        self._asked: dict[Wording, torch.Tensor] = {}

    @cached_property
    def label_tokens(self) -> torch.Tensor:
        """(2,) int64: the tokens of the two labels."""
        return torch.tensor([self._chat.tokens_of(letter)[0] for letter in LETTERS])

    def draw(self, step: int) -> Lesson:
        """Draw the lesson of a step."""
        chance = self._chance
        with_reference = chance.random() < 3 / 4
        fitting = [wording for wording in WORDINGS if wording.with_reference is with_reference]
        asked = self._tokens(fitting[int(chance.integers(len(fitting)))])
        reversed_share = 0.5 * min(max(step / self._gentle - 0.5, 0), 1) if with_reference else 0.5
        orders, labels, pictures = [], [], []
        for number in range(self._size // 2):
            order = int(chance.random() < reversed_share)
            design = random_design(chance)
            for is_good in (with_reference or number % 2 == 0, False):
                look = design if is_good else self._faulty(design, step)
                pictures += [draw_part(design, chance)] if with_reference else []
                pictures.append(draw_part(look, chance))
                orders.append(order)
                labels.append(int(is_good) ^ order)
        return Lesson(asked[orders], self._prepared(pictures), self.label_tokens[labels])

    def _faulty(self, design: Design, step: int) -> Design:
        chance = self._chance
        several = chance.random() >= step / self._gentle
        look = random_fault(design, chance).look
        for _ in range(int(chance.integers(1, _SEVERAL)) if several else 0):
            look = random_fault(look, chance).look
        unchanged = np.array_equal(look.marks, design.marks)
        return random_fault(design, chance).look if unchanged else look

    def _tokens(self, wording: Wording) -> torch.Tensor:
        """(2, length) int64: a wording in both orders of its answers."""
        if wording not in self._asked:
            encoded = self._chat.encode([wording.messages(order) for order in (0, 1)])
            self._asked[wording] = encoded.tensors["input_ids"]
        return self._asked[wording]

    def _prepared(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> torch.Tensor:
        images = [Image.fromarray(picture) for picture in pictures]
        prepared: torch.Tensor = self._processor.image_processor(images, return_tensors="pt")["pixel_values"]
        return prepared


@dataclass(frozen=True)
class Progress:
    """How far the training is."""

    step: int
    loss: float
    """Mean over the last steps."""
    accuracy: float
    """Share of right labels with a reference or without, mean over the last steps."""
    cpu_seconds: float


def train(
    model: SmallModel, seed: int = 0, *, steps: int = STEPS, size: int = 32, report_every: int = 100
) -> list[Progress]:
    """Train a model in place, and print how it goes."""
    network = model.network.train()
    lessons = Lessons(model, seed, size=size, gentle=max(1, steps * 2 // 5))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _pace(step, steps))
    began, recent, told = time.process_time(), [], []
    for step in range(steps):
        lesson = lessons.draw(step)
        logits = last_logits(network, lesson)
        loss = torch.nn.functional.cross_entropy(logits, lesson.labels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        right = (logits.argmax(-1) == lesson.labels).float().mean()
        recent.append((loss.item(), right.item()))
        if (step + 1) % report_every == 0:
            means = np.mean(recent, axis=0)
            told.append(
                Progress(
                    step + 1,
                    round(float(means[0]), 4),
                    round(float(means[1]), 4),
                    round(time.process_time() - began, 1),
                )
            )
            print(told[-1], flush=True)
            recent = []
    network.eval()
    return told


def last_logits(network: Any, lesson: Lesson) -> torch.Tensor:
    """(n, vocabulary): what the model would write first."""
    result: torch.Tensor = network(
        input_ids=lesson.tokens,
        attention_mask=torch.ones_like(lesson.tokens),
        pixel_values=lesson.pictures,
        logits_to_keep=1,
        use_cache=False,
    ).logits[:, -1]
    return result


def _pace(step: int, steps: int) -> float:
    """Share of the highest learning rate: up in 50 steps, then down to a twentieth along half a cosine wave."""
    return min(1.0, (step + 1) / 50) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def texts() -> list[str]:
    """Every text that the model is trained on."""
    said = [message for wording in WORDINGS for order in (0, 1) for message in wording.messages(order)]
    return [part.text for message in said for part in message.parts if isinstance(part, TextPart)] + list(Role)


def main() -> int:
    """Train, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=CHECKPOINT, help="folder of the model")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    model = new_model(texts(), asked.seed)
    told = train(model, asked.seed, steps=asked.steps)
    model.save(asked.out)
    trained = {
        "weights": weight_count(model),
        "steps": asked.steps,
        "seed": asked.seed,
        "threads": torch.get_num_threads(),
    }
    trained |= {"progress": [vars(one) for one in told]}
    (asked.out / "training.json").write_text(json.dumps(trained, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
