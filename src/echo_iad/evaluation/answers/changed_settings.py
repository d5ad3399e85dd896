"""How a profile differs from the shipped one of its name, in words for a report. Knows profiles; decides nothing."""

from __future__ import annotations

from typing import Any

from echo_iad.domain.questions import Expert
from echo_iad.settings import Profile, load_profile, profile_names

_TOLD_ELSEWHERE = {"name", "description", "seed", "plan"}
_NOT_TOLD = {"decider.name", "decider.model", "mllm.base_url"}
"""The decider is told by its name, and where a server stands is nobody else's business."""


def changed_settings(profile: Profile) -> tuple[str, ...]:
    """What was changed about a shipped profile, each as ``--set`` and ``--without`` have it.

    Parameters
    ----------
    profile : Profile
        One of another name than the shipped ones' is nobody's change.

    Examples
    --------
    >>> changed_settings(load_profile("edge").changed({"retrieval.shots": "3"}).without([Expert.KNOWLEDGE_GUIDE]))
    ('retrieval.shots=3', 'without knowledge_guide')
    """
    if profile.name not in profile_names():
        return ()
    shipped = load_profile(profile.name)
    before, now = _flat(shipped), _flat(profile)
    said = [f"{key}={_toml(value)}" for key, value in now.items() if before[key] != value and key not in _NOT_TOLD]
    gone = [expert for expert in Expert if _calls(shipped, expert) and not _calls(profile, expert)]
    said += [f"without {expert}" for expert in gone]
    left = shipped.without(gone).plan
    said += [f"plan.{kind}={', '.join(called)}" for kind, called in profile.plan.items() if called != left[kind]]
    return tuple(said)


def _flat(profile: Profile) -> dict[str, Any]:
    sections = profile.model_dump(mode="json", exclude=_TOLD_ELSEWHERE)
    return {f"{section}.{key}": value for section, keys in sections.items() for key, value in keys.items()}


def _calls(profile: Profile, expert: Expert) -> bool:
    return any(expert in called for called in profile.plan.values())


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
