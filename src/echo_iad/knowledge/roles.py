"""What a sentence of knowledge does: names, places, shows looks, tells a cause or an effect, or shows the good part.

Two signs of a role: cue words of general English, and nearness in meaning to sentences written here for each role.
Knows no object and no question.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Role(StrEnum):
    """What a reader learns from a sentence."""

    NAME = "name"
    PLACE = "place"
    LOOKS = "looks"
    CAUSE = "cause"
    EFFECT = "effect"
    NORMAL = "normal"


PROTOTYPES: dict[Role, tuple[str, ...]] = {
    Role.NAME: (
        "This defect is a crack in the surface.",
        "The defect is characterised by missing material and is known as a chip.",
        "The object is a device that is used for a purpose.",
    ),
    Role.PLACE: (
        "The defect is located near the edge of the part.",
        "It is usually found at the centre, at the top or at the bottom.",
        "It can appear anywhere on the surface, often close to the corners.",
    ),
    Role.LOOKS: (
        "It looks like a dark, irregular spot with a rough border.",
        "The colour and texture differ from the area around it.",
        "A thin bright line of uneven width is visible.",
    ),
    Role.CAUSE: (
        "It is caused by wrong handling, worn tools or dirt during manufacturing.",
        "The defect comes from a machine that was badly adjusted.",
        "Impact or pressure in transport leads to this damage.",
    ),
    Role.EFFECT: (
        "It compromises the function, the strength and the safety of the product.",
        "The part may leak, break or fail early in use.",
        "It spoils the appearance, so that customers refuse the product.",
    ),
    Role.NORMAL: (
        "A good part is complete, clean and evenly coloured, without any defect.",
        "Small variations of position, light and shade are normal and no defects.",
        "Everything is intact, correctly placed and regular.",
    ),
}
"""Sentences that show each role; general on purpose."""

_CUES: dict[Role, str] = {
    Role.NAME: r"""
        is an? | are | is characteri[sz]ed | known as | called | refers? to | consists? of | involves? | defined as
        | defects? (?:is | are) | types? of | kinds? of | used for | used to | categor\w+ | classified""",
    Role.PLACE: r"""
        located | locations? | found (?:on | at | in | near | along | around) | at the | near | around | along | across
        | between | cent(?:er | re | ral | red | ered) | edges? | corners? | rims? | borders? | sides? | top | bottom
        | upper | lower | left | right | middle | ends? | anywhere | areas? | regions? | sections? | positions? | inside
        | outside | close to | where""",
    Role.LOOKS: r"""
        looks? | appears? | appearing | appearance | shows? | visible | visual\w* | shaped? | shapes | colou?r\w*
        | dark\w* | bright\w* | light\w* | pale | dull | shiny | texture\w* | rough | smooth | irregular\w* | jagged
        | uneven | thin | thick | linear | lines? | spots? | patch\w* | marks? | contrast\w* | round\w* | elongated
        | curved | small | large | whit\w* | black | brown\w* | red(?:dish)? | blue\w* | gr[ea]y\w* | yellow\w*
        | green\w* | blurred | outline | exhibits? | manifests? | resembl\w* | distinguish\w*""",
    Role.CAUSE: r"""
        caused | causes? (?:of | is | are) | due to | because of | how (?:can | could | did | might | was)
        | too (?:much | little | high | low | hard | long) | possibly from | attributed to | handling
        | (?:result | stem | come | aris | originat)(?:s | es | ing)? from | mishandl\w* | misalign\w* | worn | wear
        | during (?:\w+ )?(?:manufactur | produc | handl | transport | assembl | process | stor | packag)\w*
        | improper\w* | incorrect(?:ly)? (?:set | adjust)\w* | overheat\w* | impact\w* | suggest\w* (?:an? | that)""",
    Role.EFFECT: r"""
        affect(?:s | ing)? | effects? | compromis\w* | impair\w* | reduc\w* | lead\w* to | result\w* in | weaken\w*
        | risks? | safety | hazard\w* | danger\w* | fail\w* | function\w* | usab\w* | durab\w* | integrity | matters?
        | performance | prevent\w* | detract\w* | unusable | malfunction\w* | consequen\w* | reject\w* | scrap\w*
        | quality | customers? | consumers? | leak\w* | jams? | spoil\w* | so that | cannot | no longer | needs?
        | (?:can | could | may | might) (?:be | cause | cut | let | make | touch)""",
    Role.NORMAL: r"""
        normal\w* | good | intact | complete | evenly | even | uniform\w* | consistent\w* | without | free (?:from | of)
        | no (?:visible | sign | defect | \w+ defect)\w* | regular\w* | expected | standard | typical | undamaged
        | clean | correct\w* | properly | well | (?:minor | small | slight) (?:variation | difference | shift | turn)s?
        | acceptable | tolera\w* | natural""",
}
_DOUBT = 0.3
"""What each cue leaves of the doubt."""
_PATTERNS = {
    role: re.compile(rf"\b(?:{'|'.join(cue.strip() for cue in words.split('|'))})\b", re.IGNORECASE)
    for role, words in _CUES.items()
}


@lru_cache(maxsize=8192)
def cues(text: str) -> tuple[float, ...]:
    """How strongly the words of a text speak for each role, in the order of `Role`; 0 to 1, each cue counts less.

    Examples
    --------
    >>> dict(zip(Role, cues("It is located near the upper edge."), strict=True))[Role.PLACE]
    0.9919
    """
    counts = (len({match.lower() for match in _PATTERNS[role].findall(text)}) for role in Role)
    return tuple(1.0 - _DOUBT**count for count in counts)
