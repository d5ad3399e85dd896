"""Multimodal models of the transformers library, on this machine. Imports torch and transformers: import it late.

Safetensors only, no code from a model's folder, no network. Knows no family in particular: the model's own processor
and chat template say how pictures and text are put together.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import transformers
from jinja2.exceptions import TemplateError
from PIL import Image

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Message, Messages, Role, TextPart, pictures_of
from echo_iad.encoders.sessions import threads
from echo_iad.errors import MissingModelError, MllmError
from echo_iad.mllms.base import MLLM, Answered, Prompt, Reply, normalised
from echo_iad.mllms.folders import download_command, find_model
from echo_iad.mllms.processors import load_processor
from echo_iad.mllms.remembering import RememberingMllm
from echo_iad.mllms.spellings import Tokens, spellings
from echo_iad.settings import MllmSettings


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
        How many prompts in one forward pass.
    """

    def __init__(self, name: str, model: Any, processor: Any, settings: MllmSettings) -> None:
        self.name = name
        self._model = model
        self._processor = processor
        self._settings = settings
        self._longest = getattr(model.config.get_text_config(), "max_position_embeddings", None)

    def ask(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """Score the labels of prompts that have some, write for the others; see `echo_iad.mllms.base.MLLM`.

        Labels are scored as the first that the model writes. Writing is greedy: the most probable token at each step.
        """
        answered: list[Answered] = []
        for start in range(0, len(prompts), self._settings.batch):
            answered += self._batch(prompts[start : start + self._settings.batch])
        return answered

    def _batch(self, prompts: Sequence[Prompt]) -> list[Answered]:
        """Answer in one pass; when that fails, each alone, so that one prompt's fault is its own."""
        if len(prompts) > 1 and len({bool(prompt.labels) for prompt in prompts}) == 1:
            try:
                with self._faults():
                    return self._answers(prompts)
            except MllmError:
                pass
        return [self._alone(prompt) for prompt in prompts]

    def _alone(self, prompt: Prompt) -> Answered:
        try:
            with self._faults():
                return self._answers([prompt])[0]
        except MllmError as fault:
            return fault

    def _answers(self, prompts: Sequence[Prompt]) -> list[Answered]:
        if not prompts[0].labels:
            return [self._written(prompt) for prompt in prompts]
        inputs = self._inputs([prompt.messages for prompt in prompts])
        first = self._last_log_probabilities(inputs)
        sizes = inputs["attention_mask"].sum(1).tolist()
        return [
            Reply(Scoring.LOGPROBS, scores=normalised(self._scores(row, prompt)), prompt_tokens=size, new_tokens=0)
            for row, prompt, size in zip(first, prompts, sizes, strict=True)
        ]

    def _written(self, prompt: Prompt) -> Reply:
        """Write greedily; only new tokens are decoded."""
        inputs = self._inputs([prompt.messages])
        end: dict[str, Any] = {}
        if prompt.stop:
            end = {"stop_strings": list(prompt.stop), "tokenizer": self._processor.tokenizer}
        with torch.inference_mode():
            written = self._model.generate(
                **inputs,
                **end,
                max_new_tokens=prompt.max_new_tokens,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                pad_token_id=self._processor.tokenizer.pad_token_id,
            )
        read = inputs["input_ids"].shape[1]
        new = written[0, read:]
        text = str(self._processor.tokenizer.decode(new, skip_special_tokens=True)).strip()
        return Reply(Scoring.TEXT, text=text, prompt_tokens=read, new_tokens=len(new))

    def _tokens(self, text: str) -> Tokens:
        return tuple(self._processor.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _scores(self, first: torch.Tensor, prompt: Prompt) -> dict[str, float]:
        """Sum the probabilities of each label's spellings, given those of the first token, (vocabulary,)."""
        scores = {}
        for label in prompt.labels:
            ways = spellings(label, self._tokens)
            each = [float(first[way[0]]) + self._rest(prompt.messages, way) for way in ways]
            scores[label] = float(torch.tensor(each, dtype=torch.float64).logsumexp(0))
        return scores

    def _rest(self, messages: Messages, way: Tokens) -> float:
        """Log-probability of every token after the first, given those before it."""
        total = 0.0
        for place in range(1, len(way)):
            inputs = _continued(self._inputs([messages]), way[:place])
            total += float(self._last_log_probabilities(inputs)[0, way[place]])
        return total

    def _last_log_probabilities(self, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Log-probabilities of the next token, (n, vocabulary) float32."""
        with torch.inference_mode():
            logits = self._model(**inputs, logits_to_keep=1, use_cache=False).logits[:, -1]
            return torch.log_softmax(logits.float(), dim=-1).cpu()

    def _inputs(self, prompts: Sequence[Messages]) -> dict[str, torch.Tensor]:
        texts = [self._rendered(messages) for messages in prompts]
        images = [[Image.fromarray(part.pixels) for part in pictures_of(messages)] for messages in prompts]
        opening = self._processor.tokenizer.bos_token
        inputs = self._processor(
            text=texts,
            images=images if any(images) else None,
            padding=True,
            return_tensors="pt",
            add_special_tokens=not (opening and texts[0].startswith(opening)),
        )
        length = inputs["input_ids"].shape[1]
        if self._longest is not None and length > self._longest:
            msg = (
                f"The prompt has {length} tokens and {self.name} takes {self._longest}: use fewer references (shots), "
                "smaller pictures (max_side) or fewer passages."
            )
            raise MllmError(msg)
        return {key: self._placed(value) for key, value in inputs.items()}

    def _placed(self, value: torch.Tensor) -> torch.Tensor:
        dtype = self._model.dtype if value.is_floating_point() else None
        return value.to(device=self._model.device, dtype=dtype)

    def _rendered(self, messages: Messages) -> str:
        """The prompt as the model's chat template writes it; a template without a system role gets its text first."""
        try:
            return self._templated(messages)
        except TemplateError:
            return self._templated(_without_system(messages))

    def _templated(self, messages: Messages) -> str:
        special = [token for token in self._processor.tokenizer.all_special_tokens if token.strip()]
        conversation = [
            {"role": message.role.value, "content": [_content(part, special) for part in message.parts]}
            for message in messages
        ]
        return str(self._processor.apply_chat_template(conversation, add_generation_prompt=True, tokenize=False))

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """What goes wrong with one prompt is that prompt's failure."""
        try:
            yield
        except torch.OutOfMemoryError as fault:
            torch.cuda.empty_cache()
            msg = f"{self.name} has not enough GPU memory for this prompt: use smaller pictures or fewer references."
            raise MllmError(msg) from fault
        except (RuntimeError, ValueError, IndexError, TypeError, TemplateError) as fault:
            cause = (str(fault).strip().splitlines() or [""])[0]
            msg = f"{self.name} cannot be asked: {type(fault).__name__}: {cause}"
            raise MllmError(msg) from fault


def _content(part: object, special: Sequence[str]) -> dict[str, str]:
    """A part as chat templates want it; a model's control words in a text lose their power."""
    if not isinstance(part, TextPart):
        return {"type": "image"}
    text = part.text
    for token in special:
        text = text.replace(token, " ")
    return {"type": "text", "text": text}


def _without_system(messages: Messages) -> Messages:
    system = tuple(part for message in messages if message.role is Role.SYSTEM for part in message.parts)
    others = [message for message in messages if message.role is not Role.SYSTEM]
    first, *rest = others
    return (Message(first.role, (*system, *first.parts)), *rest)


def _continued(inputs: dict[str, torch.Tensor], tokens: Tokens) -> dict[str, torch.Tensor]:
    """The inputs of one prompt with tokens of the answer behind them."""
    shape = inputs["input_ids"].shape
    added = torch.tensor([tokens], device=inputs["input_ids"].device)
    fillers = {"input_ids": added, "attention_mask": torch.ones_like(added)}

    def longer(key: str, value: torch.Tensor) -> torch.Tensor:
        if value.shape != shape:
            return value
        return torch.cat([value, fillers.get(key, torch.zeros_like(added)).to(value.dtype)], dim=1)

    return {key: longer(key, value) for key, value in inputs.items()}


@functools.lru_cache(maxsize=1)
def load_model(name: str, settings: MllmSettings) -> MLLM:
    """Load a model from a folder or from the hub's cache, in float32 on a CPU and bfloat16 on a GPU.

    The last one stays loaded with its results, so that several profiles share both.

    Raises
    ------
    MissingModelError
        It is not on this machine, is no multimodal model, or its files are damaged.
    """
    folder = find_model(name)
    on_gpu = torch.cuda.is_available()
    torch.set_num_threads(threads())
    try:
        with quiet():
            model, report = transformers.AutoModelForImageTextToText.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                dtype=torch.bfloat16 if on_gpu else torch.float32,
                output_loading_info=True,
            )
            processor = load_processor(folder, name)
    except MissingModelError:
        raise
    except Exception as fault:  # safetensors and transformers raise a dozen kinds for a broken file
        cause = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
        msg = f"The model {name!r} in {folder} cannot be loaded: {cause} {download_command(name)}"
        raise MissingModelError(msg) from fault
    missing = sorted({*report["missing_keys"], *(str(key) for key in report["mismatched_keys"])})
    if missing:
        lacking = f"lacks {len(missing)} weights, the first is {missing[0]}"
        msg = f"The model {name!r} in {folder} {lacking}. {download_command(name)}"
        raise MissingModelError(msg)
    placed = model.eval().to("cuda" if on_gpu else "cpu")
    return RememberingMllm(TransformersMllm(f"transformers:{name}", placed, processor, settings))


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
