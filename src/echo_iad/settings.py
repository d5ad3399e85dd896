"""Profiles and environment: the only reader of os.environ and of profiles/*.toml.

A profile is one TOML file that names every choice. Precedence: argument, profile, environment. An unknown key is
an error that names it. Knows the choices' names, not what is behind them.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Collection, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from echo_iad.domain.questions import Expert, Plan, QuestionType
from echo_iad.errors import ProfileError, UnknownNameError

_HASTE = {"batch", "share_prefix", "concurrency", "timeout_s", "retries"}
"""Keys of `MllmSettings` that change how fast an answer comes, and not which model gives it or in what numbers."""
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(ge=1)]
Switch = Annotated[bool, Field(strict=True)]
"""No word that sounds like yes or no, but true or false."""
Device = Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EncoderSettings(_Section):
    """Which encoders, and from where."""

    image: str
    image_model: str = ""
    text: str
    text_model: str = ""


class RetrievalSettings(_Section):
    """How references are found (paper, section 3.3)."""

    index: Literal["auto", "exact", "hnsw"]
    hnsw_from: Positive
    m: Positive
    ef_construction: Positive
    ef_search: Positive
    references: Literal["none", "random", "similar"]
    shots: Annotated[int, Field(ge=0, le=64)]
    image_weight: Share
    unknown_margin: float


class ComparisonSettings(_Section):
    """How much of the normals the comparator keeps."""

    bank_megabytes: Annotated[float, Field(gt=0)]


class ToleranceSettings(_Section):
    """How often a good part may be called defective."""

    false_alarm_rate: Annotated[float, Field(gt=0, lt=1)]


class KnowledgeSettings(_Section):
    """How much knowledge reaches the decision (paper, section 3.2)."""

    mode: Literal["none", "domain", "context"]
    passages: Positive
    extractor: Literal["embedding", "model"] = "embedding"
    model: str = ""
    unreviewed: Switch = True


class DeciderSettings(_Section):
    """Who decides, and when it may say that it is not sure."""

    name: str
    abstain_below: Share
    model: str = ""
    rotations: Positive = 1
    max_new_tokens: Positive = 256
    max_side: Annotated[int, Field(ge=28)] = 1024
    tell_within_tolerance: Switch = False
    crops: Annotated[int, Field(ge=0, le=8)] = 0
    think: Switch = False
    fuse: Switch = False


class MllmSettings(_Section):
    """How a multimodal model is run or reached, whichever it is."""

    device: Device = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    bits: Literal[0, 4, 8] = 0
    batch: Positive = 4
    share_prefix: Switch = True
    remote_code: str = ""
    base_url: str = ""
    concurrency: Positive = 4
    timeout_s: Annotated[float, Field(gt=0)] = 120.0
    retries: Annotated[int, Field(ge=0, le=20)] = 4


class Profile(_Section):
    """Every choice of one way to inspect."""

    name: str
    description: str
    seed: int
    encoders: EncoderSettings
    retrieval: RetrievalSettings
    comparison: ComparisonSettings
    tolerance: ToleranceSettings
    knowledge: KnowledgeSettings
    decider: DeciderSettings
    mllm: MllmSettings = MllmSettings()
    plan: dict[QuestionType, tuple[Expert, ...]]

    def sha256(self) -> str:
        """Digest of every effective value, but for those that only make a model's answers come sooner or later."""
        return hashlib.sha256(self.model_dump_json(exclude={"mllm": _HASTE}).encode()).hexdigest()

    def with_model(self, model: str) -> Profile:
        """The same choices, decided by a multimodal model.

        Parameters
        ----------
        model : str
            ``BACKEND:NAME``; see `echo_iad.mllms.catalog`.
        """
        decider = self.decider.model_copy(update={"name": "mllm", "model": model})
        return self.model_copy(update={"decider": decider})

    def without(self, experts: Collection[Expert]) -> Profile:
        """The same choices with these experts switched off, as in the paper's ablations.

        Raises
        ------
        ProfileError
            The decision maker is among them.
        """
        if Expert.DECISION_MAKER in experts:
            msg = "The decision maker cannot be switched off: nobody else decides."
            raise ProfileError(msg)
        plan = {kind: tuple(expert for expert in called if expert not in experts) for kind, called in self.plan.items()}
        return self.model_copy(update={"plan": plan})

    def changed(self, values: Mapping[str, str]) -> Profile:
        """The same choices with other values.

        Parameters
        ----------
        values : mapping of str to str
            ``section.key`` -> the value as TOML has it; text needs no quotes.

        Raises
        ------
        UnknownNameError
            There is no such key.
        ProfileError
            A value is not allowed.

        Examples
        --------
        >>> load_profile("edge").changed({"retrieval.shots": "3"}).retrieval.shots
        3
        """
        dumped = self.model_dump(mode="json")
        sections = {section: keys for section, keys in dumped.items() if isinstance(keys, dict)}
        for name, text in values.items():
            section, _, key = name.partition(".")
            known = [section] if section in sections else list(sections)
            if key not in sections.get(section, {}):
                raise UnknownNameError("setting", name, (f"{each}.{own}" for each in known for own in sections[each]))
            sections[section][key] = _toml_value(text)
        return _validated(dumped, f"{self.name} with {', '.join(f'{name}={text}' for name, text in values.items())}")

    def plans(self) -> dict[QuestionType, Plan]:
        """The plan table (DESIGN, section 5)."""
        return {kind: Plan(kind, experts) for kind, experts in self.plan.items()}


def profile_names() -> list[str]:
    """Names of the profiles that Echo ships, sorted."""
    return sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml"))


def load_profile(name_or_path: str) -> Profile:
    """Read a shipped profile by name, or one of your own by the path of its TOML file.

    Raises
    ------
    UnknownNameError
        No shipped profile has this name and no file is there.
    ProfileError
        The file cannot be read, or holds an unknown key or a value that is not allowed.

    Examples
    --------
    >>> load_profile("edge").decider.name
    'embedded'
    """
    return _parse(profile_text(name_or_path), name_or_path)


def profile_text(name_or_path: str) -> str:
    """TOML text of a shipped profile, or of the file at a path; errors of `load_profile`.

    Examples
    --------
    >>> profile_text("edge").splitlines()[1]
    'name = "edge"'
    """
    if name_or_path in profile_names():
        return _folder().joinpath(f"{name_or_path}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    if not path.is_file():
        raise UnknownNameError("profile", name_or_path, profile_names())
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        msg = f"The profile {path} cannot be read: {fault}"
        raise ProfileError(msg) from fault


def _parse(text: str, where: str) -> Profile:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        msg = f"The profile {where} is no TOML: {fault}"
        raise ProfileError(msg) from fault
    return _validated(values, where)


def _toml_value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _validated(values: Mapping[str, object], where: str) -> Profile:
    try:
        profile = Profile.model_validate(values)
        missing = set(QuestionType) - set(profile.plans())
    except ValidationError as fault:
        # a misspelt key is the cause, the key that it leaves missing a consequence
        first = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
        place = ".".join(str(part) for part in first["loc"])
        msg = f"The profile {where} has a wrong value at {place}: {first['msg']}. Compare: echo-iad profiles show edge"
        raise ProfileError(msg) from fault
    except ValueError as fault:
        msg = f"The profile {where} has a wrong plan: {fault}"
        raise ProfileError(msg) from fault
    if missing:
        msg = f"The profile {where} has no plan for: {', '.join(sorted(missing))}."
        raise ProfileError(msg)
    return profile


def _folder() -> resources.abc.Traversable:
    return resources.files("echo_iad") / "profiles"


def environment(name: str, default: str = "") -> str:
    """Value of the environment variable ``ECHO_IAD_<name>``; the variables are listed in docs/environment.md."""
    return os.environ.get(f"ECHO_IAD_{name}", default)


def server_url() -> str:
    """Base URL of the OpenAI-compatible server, from ``OPENAI_BASE_URL``; empty when it is not set."""
    return os.environ.get("OPENAI_BASE_URL", "").strip()


def server_key() -> SecretStr:
    """Key of that server, from ``OPENAI_API_KEY`` and from nowhere else; empty when it is not set."""
    return SecretStr(os.environ.get("OPENAI_API_KEY", "").strip())


def refuse_telemetry() -> None:
    """Keep ONNX Runtime from reporting its use to its maker; must run before its first import."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
