"""The profile that a command line chooses: a shipped one or one's own, and what the options change about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from echo_iad.errors import ProfileError, UnknownNameError

if TYPE_CHECKING:
    from echo_iad.domain.questions import Expert
    from echo_iad.settings import Profile


def choose_profile(
    name_or_path: str,
    *,
    model: str | None = None,
    knowledge_model: str | None = None,
    base_url: str | None = None,
    without: Sequence[str] | None = None,
    settings: Sequence[str] | None = None,
) -> Profile:
    """Load a profile and change it as the options say; a single value of ``settings`` wins.

    Parameters
    ----------
    name_or_path : str
    model : str, optional
        ``BACKEND:NAME`` that decides.
    knowledge_model : str, optional
        ``BACKEND:NAME`` that picks knowledge.
    base_url : str, optional
        Of an ``openai:`` model's server.
    without : sequence of str, optional
        Experts to switch off.
    settings : sequence of str, optional
        Each ``section.key=value``.

    Raises
    ------
    ProfileError, UnknownNameError
        A profile, an expert, a key or a value that does not exist or is not allowed.
    """
    from echo_iad.settings import load_profile

    profile = load_profile(name_or_path)
    if model is not None:
        profile = profile.with_model(model)
    if knowledge_model is not None:
        profile = profile.changed({"knowledge.model": knowledge_model})
    reached = {} if base_url is None else {"mllm.base_url": base_url}
    profile = profile.changed(reached | dict(_parted(written) for written in settings or ()))
    if base_url is not None:
        _refuse_in_vain(base_url, profile)
    return profile.without([_expert(named) for named in without or ()])


def _refuse_in_vain(base_url: str, profile: Profile) -> None:
    """Refuse an address that no model is reached at."""
    if not base_url.strip():
        msg = "--base-url is empty. Give the server's address, such as http://127.0.0.1:8000/v1, or leave it out."
        raise ProfileError(msg)
    if not any(named.startswith("openai:") for named in (profile.decider.model, profile.knowledge.model)):
        decides = profile.decider.model or f"the {profile.decider.name} decider"
        msg = f"--base-url is the server of an openai: model, and {decides} decides. Add --model openai:NAME."
        raise ProfileError(msg)


def _parted(written: str) -> tuple[str, str]:
    key, equals, value = (part.strip() for part in written.partition("="))
    if not (key and equals):
        msg = f"A value is changed by --set KEY=VALUE, for example --set retrieval.shots=2. Got {written!r}."
        raise ProfileError(msg)
    return key, value


def _expert(named: str) -> Expert:
    from echo_iad.domain.questions import Expert

    try:
        return Expert(named.strip())
    except ValueError as fault:
        raise UnknownNameError(
            "expert", named, [each.value for each in Expert if each is not Expert.DECISION_MAKER]
        ) from fault
