"""The catalogue of multimodal models, read from ``models.toml``. Knows facts about models; loads and fetches none."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import nlargest
from importlib import resources
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter

from echo_iad.errors import ProfileError
from echo_iad.mllms.known.image_tokens import ImageTokens

Status: TypeAlias = Literal["ran with weights", "ran with random weights", "not run"]

_PORTS = {"vllm": 8000, "llama-server": 8080}
"""Where the programs that serve models listen when nothing else is said."""
_MOST_NEAR = 3
"""Names that are suggested in place of a wrong one."""
_NEAR = 0.7
"""Likeness from which a name may be meant by another."""


@dataclass(frozen=True)
class ModelCard:
    """What is known about one multimodal model."""

    name: str
    """For people, e.g. ``Qwen2-VL 7B``."""
    hub: str
    """``OWNER/NAME`` on the Hugging Face hub."""
    licence: str
    """SPDX name where it has one."""
    family: str
    """Architecture: ``model_type`` of its config.json."""
    billions: float
    """Parameters, 10^9."""
    image_tokens: ImageTokens
    """What a picture costs."""
    status: Status
    """What was truly run; random weights are those of a small model of the same architecture."""
    in_paper: bool = False
    """Whether the paper measures it."""
    native: bool = True
    """Whether the transformers library has its code, so that no code from its page is run."""
    single_image: bool = False
    """Whether it was made for one picture a prompt, so that references only confuse it."""
    servers: tuple[str, ...] = ()
    """Commands that put it behind an OpenAI-compatible server."""
    quirks: tuple[str, ...] = ()
    """What surprises, a phrase each."""

    @property
    def written(self) -> str:
        """How ``--model`` names it: ``BACKEND:NAME``."""
        return f"{'transformers' if self.native else 'openai'}:{self.hub}"

    def gigabytes(self, bits: int) -> float:
        """Memory for the weights alone, 10^9 bytes, at so many bits each; pictures and long prompts need more."""
        return self.billions * bits / 8


def model_cards() -> tuple[ModelCard, ...]:
    """Every model of the catalogue: those of the paper first.

    Examples
    --------
    >>> [card.name for card in model_cards()][:2]
    ['Qwen2-VL 2B', 'Qwen2-VL 7B']
    """
    return _read()


def find_card(name: str) -> ModelCard | None:
    """Find a model by its hub name, by the last part of it as folders and servers have it, or by its name here.

    Parameters
    ----------
    name : str
        Hub name, folder, name on a server, or catalogue name; case does not matter.

    Examples
    --------
    >>> find_card("qwen/qwen2-vl-7b-instruct").name
    'Qwen2-VL 7B'
    >>> find_card("/srv/models/InternVL2-8B").name
    'InternVL2 8B'
    """
    wanted = name.strip().rstrip("/").casefold()
    exact = next((card for card in _read() if wanted in {card.hub.casefold(), card.name.casefold()}), None)
    last = wanted.rpartition("/")[2]
    return exact or next((card for card in _read() if last == card.hub.casefold().rpartition("/")[2]), None)


def suggestion(name: str) -> str:
    """Hub names of the models that are named nearly so, as the end of an error; empty when none is, or it is one.

    Compared are hub names, their last parts and the catalogue's own names, by their letters and digits alone.

    Examples
    --------
    >>> suggestion("Qwen/Qwen2-VL-7B-Instuct")
    " Did you mean 'Qwen/Qwen2-VL-7B-Instruct', 'Qwen/Qwen2.5-VL-7B-Instruct' or 'Qwen/Qwen2-VL-2B-Instruct'?"
    >>> suggestion("Qwen2-VL 7B")
    " Did you mean 'Qwen/Qwen2-VL-7B-Instruct'?"
    """
    meant = find_card(name)
    if meant is not None and meant.hub.casefold() == name.casefold():
        return ""
    near = nlargest(_MOST_NEAR, _read(), key=lambda card: _likeness(name, card))
    hubs = [card.hub for card in near if _likeness(name, card) >= _NEAR] if meant is None else [meant.hub]
    if not hubs:
        return ""
    *others, last = map(repr, hubs)
    return f" Did you mean {', '.join(others)} or {last}?" if others else f" Did you mean {last}?"


def by_server(name: str) -> str:
    """How a model runs whose code the transformers library lacks, as the end of an error; empty for every other.

    Examples
    --------
    >>> by_server("OpenGVLab/InternVL2-8B").partition(": ")[0]
    ' Its code is not in the transformers library. Serve it with'
    """
    card = find_card(name)
    if card is None or card.native:
        return ""
    server = card.servers[0]
    asked = f"--model {card.written} --base-url {base_url(server)}"
    return f" Its code is not in the transformers library. Serve it with: {server} and ask it with: {asked}"


def _likeness(name: str, card: ModelCard) -> float:
    """How much of a name and of the likest name of a model is the same, 0 to 1."""
    given = {_bare(name), _bare(name.rpartition("/")[2])}
    known = {_bare(card.hub), _bare(card.hub.rpartition("/")[2]), _bare(card.name)}
    return max(SequenceMatcher(None, one, other).ratio() for one in given for other in known)


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def base_url(server: str) -> str:
    """Address at which a command of `ModelCard.servers` serves on this machine.

    Examples
    --------
    >>> base_url("llama-server -hf ggml-org/SmolVLM-Instruct-GGUF")
    'http://127.0.0.1:8080/v1'
    """
    return f"http://127.0.0.1:{_PORTS[server.split()[0]]}/v1"


def refuse_references(written: str, *, wants_references: bool) -> None:
    """Refuse a model of the catalogue that takes one picture, when it would be shown references too.

    Parameters
    ----------
    written : str
        ``BACKEND:NAME``; a model that is not in the catalogue is not refused.
    wants_references : bool
        Whether the profile shows references, or anything else beside the part in question.

    Raises
    ------
    ProfileError
        With the ways out. Call it before anything is loaded.
    """
    card = find_card(written.partition(":")[2])
    if wants_references and card is not None and card.single_image:
        msg = (
            f"The model {written} takes one picture only: it was not trained on several, and this profile shows it "
            "references. Leave them out with --without reference_extractor, or use another model: echo-iad models list"
        )
        raise ProfileError(msg)


@functools.cache
def _read() -> tuple[ModelCard, ...]:
    text = (resources.files("echo_iad") / "mllms" / "known" / "models.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    rules, ran = data["image_tokens"], set(data["ran_with_random_weights"])
    adapter = TypeAdapter(ModelCard)

    def card(entry: Mapping[str, Any]) -> ModelCard:
        status = "ran with random weights" if entry["family"] in ran else "not run"
        return adapter.validate_python({"status": status, **entry, "image_tokens": rules[entry["image_tokens"]]})

    return tuple(card(entry) for entry in data["models"])
