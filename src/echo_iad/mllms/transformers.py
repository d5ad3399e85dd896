"""Multimodal models of the transformers library, on this machine. Imports torch and transformers: import it late.

Knows no family in particular: the model's own processor and chat template say how pictures and text are put together.
"""

from __future__ import annotations

import functools
import gc
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
import transformers
from jinja2.exceptions import TemplateError
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

from echo_iad.domain.decisions import Scoring
from echo_iad.encoders.sessions import threads
from echo_iad.errors import EchoError, MissingModelError, MllmError
from echo_iad.mllms.base import MLLM, Answered, Prompt, Reply, normalised
from echo_iad.mllms.local.chat_inputs import ChatInputs, Encoded
from echo_iad.mllms.local.folders import download_command, find_model
from echo_iad.mllms.local.passes import no_numbers
from echo_iad.mllms.local.placement import Placement, check_room, choose_placement, free_bytes, no_room, read_weights
from echo_iad.mllms.local.processors import load_processor
from echo_iad.mllms.local.spellings import Tokens, spellings
from echo_iad.mllms.prefix_cache import PrefixCache
from echo_iad.mllms.readings import ContinuedReading, Ending, Reading, WholeReading
from echo_iad.mllms.remembering import RememberingMllm
from echo_iad.settings import MllmSettings

_PICTURE_TOKENS = ("image_token_id", "image_token_index")
"""Names that configurations give to the token that stands where a picture is."""
_SIMILAR, _SLACK = 1.5, 32
"""The longest end in a batch has at most so many times the tokens of the shortest, and so many more.

More padding would cost more than another pass.
"""


_SCORED_ALONE = frozenset({"cpu"})
"""Kinds of devices on which prompts that are read whole and only scored are read one at a time.

There, reading is arithmetic, of which several rows share no part. And from pictures of about 448 pixels on, tensors of
four rows are so large that the C library takes fresh pages from the system for each of them: such a batch costs more
than it gains (benchmarks/mllm.py). With smaller pictures it would gain a little. Ends that go on from a shared
beginning are short, and writing reads all weights for each token: both gain by a batch.
"""


class TransformersMllm:
    """A multimodal model of the transformers library.

    Parameters
    ----------
    name : str
        ``transformers:NAME``.
    model : object
        An ``AutoModelForImageTextToText``, ready to infer.
    processor : object
        Its processor, padding on the left, with a chat template.
    settings : MllmSettings
        How many prompts in one pass, and whether they share their beginning.
    """

    def __init__(self, name: str, model: Any, processor: Any, settings: MllmSettings) -> None:
        self.name = name
        self._model = model
        self._chat = ChatInputs(processor, getattr(model.config.get_text_config(), "max_position_embeddings", None))
        self._batch = settings.batch
        self._prefixes = PrefixCache(model, _picture_token(model.config)) if settings.share_prefix else None
        ends = model.generation_config.eos_token_id
        self._ends = {processor.tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])}

    def ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """Score the labels of prompts that have some, write for the others; see `echo_iad.mllms.base.MLLM`.

        Labels are scored as the first that the model writes. Writing is greedy: the most probable token at each step.
        """
        numbered = dict(enumerate(prompts))
        with quiet():
            answered = {} if self._prefixes is None else self._sharing(numbered, self._prefixes)
            left = {place: prompt for place, prompt in numbered.items() if place not in answered}
            for places in self._batches(left, scored=1 if self._model.device.type in _SCORED_ALONE else self._batch):
                answered |= zip(places, self._apart([prompts[place] for place in places]), strict=True)
        return [answered[place] for place in numbered]

    def _sharing(self, prompts: Mapping[int, Prompt], prefixes: PrefixCache) -> dict[int, Answered]:
        """Answers to prompts that share their beginning, and the faults of those that cannot be read."""
        answered: dict[int, Answered] = {}
        groups: dict[str, dict[int, Encoded]] = {}
        for place, prompt in prompts.items():
            try:
                with _faults(self.name):
                    encoded = self._chat.encode([prompt.messages])
                groups.setdefault(encoded.pictures, {})[place] = encoded
            except MllmError as fault:
                answered[place] = fault
        for pictures in sorted(groups, key=lambda pictures: pictures != prefixes.pictures):
            try:
                with _faults(self.name), torch.inference_mode():
                    answered |= self._continued(prompts, groups[pictures], prefixes)
            except MllmError:  # asked apart, each finds its own
                prefixes.forget()
        return answered

    def _continued(
        self, prompts: Mapping[int, Prompt], encoded: Mapping[int, Encoded], prefixes: PrefixCache
    ) -> dict[int, Answered]:
        """Answers to prompts about the same pictures; none when their beginning cannot be shared."""
        prefix = prefixes.covering(list(encoded.values()))
        if prefix is None:
            return {}
        ends = {place: one.tokens[len(prefix.tokens) :] for place, one in encoded.items()}
        answered: dict[int, Answered] = {}
        for similar in _of_similar_length({place: len(end) for place, end in ends.items()}):
            for places in self._batches({place: prompts[place] for place in similar}, scored=self._batch):
                reading = ContinuedReading(self._model, prefix, [ends[place] for place in places], self._chat.filler)
                answered |= zip(places, self._replies([prompts[place] for place in places], reading), strict=True)
        return answered

    def _batches(self, prompts: Mapping[int, Prompt], *, scored: int) -> Iterator[list[int]]:
        """Places of prompts that one pass can answer, in their order; at most so many of those that are scored."""
        kinds: dict[tuple[int, tuple[str, ...]] | None, list[int]] = {}
        for place, prompt in prompts.items():
            kind = None if prompt.labels else (prompt.max_new_tokens, prompt.stop)
            kinds.setdefault(kind, []).append(place)
        for kind, places in kinds.items():
            most = scored if kind is None else self._batch
            yield from (places[start : start + most] for start in range(0, len(places), most))

    def _apart(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """Answer prompts that are read whole; when that fails, each alone, so that one prompt's fault is its own."""
        try:
            with _faults(self.name), torch.inference_mode():
                conversations = [prompt.messages for prompt in prompts]
                reading = WholeReading(
                    self._model,
                    self._chat.encode(conversations),
                    lambda row: self._chat.encode(conversations[row : row + 1]),
                    self._chat.filler,
                )
                return self._replies(prompts, reading)
        except MllmError as fault:
            return [fault] if len(prompts) == 1 else [self._apart([prompt])[0] for prompt in prompts]

    def _replies(self, prompts: Sequence[Prompt], reading: Reading) -> list[Answered]:
        """Replies to prompts of one kind."""
        if not prompts[0].labels:
            return self._written(prompts[0], reading)
        following = reading.following()
        return [
            Reply(
                Scoring.LOGPROBS,
                scores=self._scores(following[row], prompt.labels, functools.partial(reading.after, row)),
                prompt_tokens=reading.sizes[row],
                new_tokens=0,
            )
            for row, prompt in enumerate(prompts)
        ]

    def _scores(
        self, first: torch.Tensor, labels: Sequence[str], after: Callable[[Tokens], torch.Tensor]
    ) -> dict[str, float]:
        """Sum the probabilities of each label's spellings.

        Parameters
        ----------
        first : tensor, (vocabulary,)
            Log-probabilities of the first token.
        labels : sequence of str
        after : callable
            Tokens to the log-probabilities of the one behind them.
        """
        scores = {}
        for label in labels:
            each = [
                float(first[way[0]]) + sum(float(after(way[:place])[way[place]]) for place in range(1, len(way)))
                for way in spellings(label, self._chat.tokens_of)
            ]
            scores[label] = float(torch.tensor(each, dtype=torch.float64).logsumexp(0))
        if not all(map(math.isfinite, scores.values())):
            raise no_numbers(self._model.dtype)
        return normalised(scores)

    def _written(self, prompt: Prompt, reading: Reading) -> list[Answered]:
        """Let the model write to prompts that end as this one does."""

        def told(tokens: Sequence[int]) -> bool:
            return bool(prompt.stop) and any(mark in self._chat.text_of(tokens) for mark in prompt.stop)

        written = reading.written(Ending(prompt.max_new_tokens, self._ends, told))
        return [
            Reply(
                Scoring.TEXT,
                text=prompt.up_to_stop(self._chat.text_of(new)).strip(),
                prompt_tokens=size,
                new_tokens=len(new),
            )
            for new, size in zip(written, reading.sizes, strict=True)
        ]


def _of_similar_length(lengths: Mapping[int, int]) -> list[list[int]]:
    """Places by length, in groups whose longest is not much longer than their shortest, so that little is padded."""
    groups: list[list[int]] = []
    for place in sorted(lengths, key=lengths.__getitem__):
        if groups and lengths[place] <= _SIMILAR * lengths[groups[-1][0]] + _SLACK:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _picture_token(config: Any) -> int | None:
    """The token that stands where a picture is."""
    return next((value for name in _PICTURE_TOKENS if (value := getattr(config, name, None)) is not None), None)


@contextmanager
def _faults(name: str) -> Iterator[None]:
    """What goes wrong with one prompt is that prompt's failure."""
    try:
        yield
    except torch.OutOfMemoryError as fault:
        torch.cuda.empty_cache()
        msg = f"{name} has not enough GPU memory for this prompt: use smaller pictures or fewer references."
        raise MllmError(msg) from fault
    except (RuntimeError, ValueError, IndexError, KeyError, TypeError, TemplateError) as fault:
        cause = (str(fault).strip().splitlines() or [""])[0]
        msg = f"{name} cannot be asked: {type(fault).__name__}: {cause}"
        raise MllmError(msg) from fault


_LAST: dict[tuple[str, MllmSettings], MLLM] = {}
"""The model that was loaded last, by its name and settings."""


def load_model(name: str, settings: MllmSettings) -> MLLM:
    """Load a model from a folder or from the hub's cache, on the device and with the precision of the settings.

    The last one stays loaded with its replies, so that several profiles share both. It makes room for the next.

    Raises
    ------
    MissingModelError
        It is not on this machine, is no multimodal model, needs code of its own, or its files are damaged.
    ProfileError
        The device is not here, or the model does not fit there.
    """
    if (name, settings) not in _LAST:
        _LAST[name, settings] = _anew(name, settings)
    return _LAST[name, settings]


def _anew(name: str, settings: MllmSettings) -> MLLM:
    """Load a model in place of the last one."""
    folder = find_model(name)
    placement = choose_placement(settings)
    trusted = settings.remote_code == name
    torch.set_num_threads(threads())
    _refuse_foreign_code(folder, name, trusted=trusted)
    _forget_last()
    try:
        with quiet():
            weights = read_weights(folder)
            check_room(name, weights, placement, free_bytes(placement.device))
            processor = load_processor(folder, name, trusted=trusted)
            model = _loaded(folder, placement, trusted=trusted)
    except EchoError:
        raise
    except torch.OutOfMemoryError as fault:
        raise no_room(name, weights, placement, free_bytes(placement.device) or 0) from fault
    except Exception as fault:  # safetensors and transformers raise a dozen kinds for a broken file
        cause = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
        msg = f"The model {name!r} in {folder} cannot be loaded: {cause} {download_command(name)}"
        raise MissingModelError(msg) from fault
    return RememberingMllm(TransformersMllm(f"transformers:{name}", model, processor, settings))


def _forget_last() -> None:
    """Free the memory of the last model, where nobody else holds it: the next may need that room."""
    _LAST.clear()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _loaded(folder: Path, placement: Placement, *, trusted: bool) -> Any:
    """The model, ready to infer."""
    choices: dict[str, Any] = {}
    if placement.bits:
        choices["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=placement.bits == 4,
            load_in_8bit=placement.bits == 8,
            bnb_4bit_compute_dtype=placement.dtype,
        )
    straight = placement.kind != "cpu" and find_spec("accelerate") is not None
    if straight:  # to the device, not through the CPU's memory
        choices["device_map"] = {"": placement.device}
    model, report = transformers.AutoModelForImageTextToText.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=trusted,
        dtype=placement.dtype,
        output_loading_info=True,
        **choices,
    )
    missing = sorted({*report["missing_keys"], *(str(key) for key in report["mismatched_keys"])})
    if missing:
        msg = f"it lacks {len(missing)} weights, the first is {missing[0]}."
        raise ValueError(msg)
    model.eval()
    return model if straight else model.to(placement.device)


def _refuse_foreign_code(folder: Path, name: str, *, trusted: bool) -> None:
    """Refuse a model that only code from its own folder can run, unless the settings name it."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if trusted or "auto_map" not in config or config.get("model_type") in CONFIG_MAPPING_NAMES:
        return
    msg = (
        f"The model {name!r} brings code of its own, which may do whatever you may on this machine, so Echo does not "
        f"run it unasked. Read the *.py files in {folder}; if you trust them, set remote_code = {name!r} under [mllm] "
        "in the profile. Or run the model behind a server: echo-iad models list"
    )
    raise MissingModelError(msg)


@contextmanager
def quiet() -> Iterator[None]:
    """Let transformers neither warn nor draw progress bars meanwhile."""
    log = transformers.utils.logging
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(level)
        if bars:
            log.enable_progress_bar()
