"""The Decision Maker (paper, section 3.4): one decision from all evidence, by the profile's decider. Thin glue."""

from __future__ import annotations

from echo_iad.deciders.base import Decider
from echo_iad.deciders.catalog import DECIDERS
from echo_iad.encoders.base import TextEncoder
from echo_iad.settings import Profile


def make_decider(profile: Profile, text_encoder: TextEncoder) -> Decider:
    """The decider that a profile names.

    Raises
    ------
    UnknownNameError
        No decider or no backend has this name.
    ProfileError, MissingExtraError, MissingModelError
        Its model is not named, or cannot be loaded; the message names the cure.
    """
    return DECIDERS.load(profile.decider.name)(profile, text_encoder)
