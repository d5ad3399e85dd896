"""How fast a local multimodal model is driven: writes mllm.json beside this file.

Five questions about each of several parts, one good sample beside each, both of 448 pixels, to a model with random
weights; so the answers mean nothing and no accuracy is measured. The same prompts are asked with their beginning
shared, one by one, and through the model's own ``generate`` alone; the ways take turns, part by part. Questions about
several parts share nothing: they are asked with ``batch = 4``, one by one, and all in one pass whatever the device,
with the pages of memory that each way takes from the system.

Run from anywhere: ``python benchmarks/mllm.py [--parts NUMBER] [--out FILE.json]``.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from echo_iad import Echo
from echo_iad.echo import make_question
from echo_iad.experts.consulting import Request
from echo_iad.mllms.base import Prompt, Reply
from echo_iad.samples import sample_parts
from echo_iad.settings import MllmSettings, Profile, load_profile
from edge import ROOT, machine
from large_mllm import write_large_mllm
from tables import put_tables

FIGURES = Path(__file__).with_suffix(".json")
SIDE = 448
OBJECT = "printed_cap"
QUESTIONS = (
    ("Is there any defect in the object?", {"A": "Yes.", "B": "No."}),
    ("What is the type of the defect?", {"A": "Stain.", "B": "Scratch.", "C": "Chipped rim.", "D": "Misprint."}),
    ("Where is the defect?", {"A": "Upper left.", "B": "Upper right.", "C": "Lower left.", "D": "Lower right."}),
    ("What does the defect look like?", {"A": "A thin line.", "B": "A dark spot.", "C": "A missing piece."}),
    ("What effect does the defect have?", {"A": "It leaks.", "B": "It looks poor.", "C": "None."}),
)
BATCH = 4
BATCHES = 3


@dataclass
class Clock:
    """Seconds inside the model and inside its processor, since it was made or reset."""

    model: float = 0.0
    processor: float = 0.0
    starts: list[float] = field(default_factory=list)

    def watch(self, mllm: Any) -> None:
        """Time every forward pass and every call of the processor."""
        mllm._model.register_forward_pre_hook(lambda *given: self.starts.append(time.perf_counter()))
        mllm._model.register_forward_hook(self._passed)
        processor = mllm._chat._processor
        mllm._chat._processor = _Timed(processor, self)

    def _passed(self, *given: object) -> None:
        self.model += time.perf_counter() - self.starts.pop()


class _Timed:
    """A processor whose calls are timed."""

    def __init__(self, processor: Any, clock: Clock) -> None:
        self._processor = processor
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)

    def __call__(self, **given: Any) -> Any:
        start = time.perf_counter()
        try:
            return self._processor(**given)
        finally:
            self._clock.processor += time.perf_counter() - start


@dataclass(frozen=True)
class Ways:
    """One model, asked in different ways."""

    echo: Echo
    shared: Any
    single: Any
    batched: Any
    bare: Callable[[Prompt], object]


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=int, default=6, help="inspected parts that are timed")
    parser.add_argument("--out", type=Path, default=FIGURES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = {"command": f"python benchmarks/mllm.py --parts {asked.parts}", "machine": where()} | measure(
            Path(folder), asked.parts
        )
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if asked.out == FIGURES:
        put_tables(ROOT / "docs" / "mllms.md", "mllm", table(report))
    print(json.dumps(report, indent=1))
    return 0


def table(report: Mapping[str, Any]) -> str:
    """What the page tells, in Markdown."""
    rates, machine_facts = report["questions_per_second"], report["machine"]
    rows = [
        ("their beginning shared, as Echo asks", rates["shared"], f"{report['shared_to_one_by_one']:.2f}"),
        ("one by one", rates["one_by_one"], "1"),
        ("four parts, one question, `batch = 4`", rates["batch_of_four"], f"{report['batch_to_one_by_one']:.2f}"),
        ("the same in one forward pass", rates["four_in_one_pass"], f"{report['one_pass_to_one_by_one']:.2f}"),
        ("bare `model.generate`, one token, one by one", rates["bare_generate"], "–"),
    ]
    lines = [f"| {way} | {rate:.3f} | {ratio} |" for way, rate, ratio in rows]
    return "\n".join(
        [
            f"A model with {report['model']['weights'] / 1e9:.2f} thousand million random weights "
            f"({report['model']['architecture']}) on {machine_facts['cores']} cores ({machine_facts['device']}), "
            f"{report['questions']} questions about each of {report['parts']} parts, two pictures of "
            f"{report['side']} pixels.",
            "",
            "| asked | questions a second | times one by one |",
            "|---|---:|---:|",
            *lines,
            "",
            f"Of the time of a whole inspection {report['echo_own_share']:.1%} is Echo's own, outside the model and "
            f"its processor. A shared beginning takes {report['prefix_megabytes']:.1f} MB; "
            f"{report['prefixes_held_after_a_part']} is held at a time, and none once it is dropped.",
        ]
    )


def where() -> dict[str, str | int | float]:
    """The machine, and how busy it was."""
    import torch
    import transformers

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    libraries = {"torch": torch.__version__, "transformers": transformers.__version__}
    return machine() | libraries | {"device": device, "load": round(os.getloadavg()[0], 2)}


def measure(folder: Path, parts: int) -> dict[str, Any]:
    """Every way, for each part in turn; the first part warms up and is not counted."""
    model = folder / "model"
    weights = write_large_mllm(model, [page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")])
    enlarge(sample_parts() / OBJECT, folder / "parts")
    tested = sorted((folder / "parts" / "test").glob("*/*.jpg"))[: parts + 1]
    clock = Clock()
    with opened(model, folder) as ways:
        clock.watch(ways.shared)
        rounds = [one_round(ways, clock, part) for part in tested][1:]
        batches = [one_batch(ways, question, tested[-BATCH:]) for question in QUESTIONS[:BATCHES]]
        kept = ways.shared._prefixes
        kept.forget()
        rounds[-1]["prefixes_after_the_last"] = len(live_prefixes())
    return {"model": {"architecture": "qwen2_vl", "weights": weights}, "questions": len(QUESTIONS), "side": SIDE} | (
        summary(rounds, batches)
    )


def enlarge(parts: Path, folder: Path) -> None:
    """Write sample parts again, in pictures of `SIDE`."""
    for picture in parts.glob("*/*/*.jpg"):
        place = folder / picture.relative_to(parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(picture) as small:
            small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(place, quality=90)


@contextmanager
def opened(model: Path, folder: Path) -> Iterator[Ways]:
    """Echo with the model, and the same weights asked in other ways."""
    from echo_iad.mllms.catalog import load_mllm
    from echo_iad.mllms.transformers import TransformersMllm

    profile = bench_profile(f"transformers:{model}")
    with Echo.from_profile(profile, memory=folder / "memory", create=True) as echo:
        echo.enrol(folder / "parts" / "train" / "good", object=OBJECT)
        shared: Any = load_mllm(profile.decider.model, profile.mllm)
        shared = shared.mllm

        def asked_with(**settings: Any) -> TransformersMllm:
            chosen = MllmSettings(share_prefix=False, **settings)
            return TransformersMllm(shared.name, shared._model, shared._chat._processor, chosen)

        yield Ways(echo, shared, asked_with(batch=1), asked_with(batch=BATCH), bare_generate(shared))


def bench_profile(model: str) -> Profile:
    """The edge profile, decided by the model, with one good sample and pictures of `SIDE`."""
    profile = load_profile("edge").with_model(model)
    decider = profile.decider.model_copy(update={"max_side": SIDE})
    return profile.model_copy(update={"decider": decider})


def bare_generate(mllm: Any) -> Callable[[Prompt], object]:
    """The model's own ``generate``, from a prompt that is rendered already, pictures and all."""
    import torch

    from echo_iad.domain.messages import pictures_of

    processor, model = mllm._chat._processor, mllm._model

    def generate(prompt: Prompt) -> object:
        text = mllm._chat._rendered(prompt.messages)
        images = [Image.fromarray(part.pixels) for part in pictures_of(prompt.messages)]
        with torch.inference_mode():
            inputs = processor(text=[text], images=[images], return_tensors="pt")
            return model.generate(**inputs, max_new_tokens=1, do_sample=False)

    return generate


def one_round(ways: Ways, clock: Clock, part: Path) -> dict[str, float]:
    """Seconds of every way for the questions about one part."""
    requests = [Request(part, make_question(text, options), OBJECT) for text, options in QUESTIONS]
    prompts = [prompt for request in requests for prompt in ways.echo.compose(request)]
    for prompt in prompts:
        shown = [picture.pixels.shape[:2] for message in prompt.messages for picture in message.pictures]
        assert shown == [(SIDE, SIDE)] * 2, shown
    ways.shared._prefixes.forget()
    figures = {"shared": seconds(lambda: replies(ways.shared.ask(prompts)))}
    figures["single"] = seconds(lambda: [replies(ways.single.ask([prompt])) for prompt in prompts])
    figures["bare"] = seconds(lambda: [ways.bare(prompt) for prompt in prompts])
    ways.shared._prefixes.forget()
    clock.model = clock.processor = 0.0
    figures["echo"] = seconds(lambda: ways.echo.answer_all(requests))
    figures |= {"echo_model": clock.model, "echo_processor": clock.processor}
    live = live_prefixes()
    figures["prefixes"] = len(live)
    figures["prefix_megabytes"] = sum(tensor.nbytes for one in live for layer in one.layers for tensor in layer) / 1e6
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}), flush=True)
    return figures


def one_batch(ways: Ways, question: tuple[str, dict[str, str]], parts: Sequence[Path]) -> dict[str, float]:
    """Seconds, and pages of memory, of one question about several parts, which share nothing."""
    requests = [Request(part, make_question(*question), OBJECT) for part in parts]
    prompts = [prompt for request in requests for prompt in ways.echo.compose(request)]
    asked = {
        "batched": lambda: replies(ways.batched.ask(prompts)),
        "single": lambda: [replies(ways.single.ask([prompt])) for prompt in prompts],
        "one_pass": lambda: replies(ways.batched._apart(prompts)),
    }
    figures = {}
    for way, ask in asked.items():
        before = pages()
        figures[way] = seconds(ask)
        figures[f"{way}_pages"] = pages() - before
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}), flush=True)
    return figures


def pages() -> int:
    """Pages of memory that this process has got from the system so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def live_prefixes() -> list[Any]:
    """Every beginning of prompts that is held in memory."""
    from echo_iad.mllms.prefix_cache import Prefix

    gc.collect()
    return [one for one in gc.get_objects() if type(one) is Prefix]


def replies(answered: Sequence[object]) -> Sequence[object]:
    """Make sure that the model answered."""
    faults = [one for one in answered if not isinstance(one, Reply)]
    assert not faults, faults[0]
    return answered


def summary(rounds: Sequence[dict[str, float]], batches: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Questions a second, and the ratios that matter; the median over parts, or over batches."""

    def median(ratio: Callable[[dict[str, float]], float], digits: int = 3, *, over: Any = rounds) -> float:
        return round(statistics.median(ratio(figures) for figures in over), digits)

    count = len(QUESTIONS)
    return {
        "parts": len(rounds),
        "questions_per_second": {
            "shared": median(lambda one: count / one["shared"]),
            "one_by_one": median(lambda one: count / one["single"]),
            "batch_of_four": median(lambda one: BATCH / one["batched"], over=batches),
            "four_in_one_pass": median(lambda one: BATCH / one["one_pass"], over=batches),
            "bare_generate": median(lambda one: count / one["bare"]),
            "echo": median(lambda one: count / one["echo"]),
        },
        "shared_to_one_by_one": median(lambda one: one["single"] / one["shared"], 2),
        "batch_to_one_by_one": median(lambda one: one["single"] / one["batched"], 2, over=batches),
        "one_pass_to_one_by_one": median(lambda one: one["single"] / one["one_pass"], 2, over=batches),
        "pages_a_question": {
            "one_by_one": median(lambda one: one["single_pages"] / BATCH, 0, over=batches),
            "four_in_one_pass": median(lambda one: one["one_pass_pages"] / BATCH, 0, over=batches),
        },
        "shared_to_bare_generate": median(lambda one: one["bare"] / one["shared"], 2),
        "echo_own_share": median(lambda one: 1 - (one["echo_model"] + one["echo_processor"]) / one["echo"], 4),
        "processor_share": median(lambda one: one["echo_processor"] / one["echo"], 4),
        "prefixes_held_after_a_part": max(one["prefixes"] for one in rounds),
        "prefix_megabytes": median(lambda one: one["prefix_megabytes"], 1),
        "prefixes_held_at_the_end": rounds[-1]["prefixes_after_the_last"],
    }


def seconds(task: Callable[[], object]) -> float:
    """Time one task."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
