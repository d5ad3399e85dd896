"""The templates of all prompts, rendered. Knows no prompt in particular.

What others wrote fills a template as text and never as a template, and the filters keep it from passing for a control
word. A name that a template uses and that is not given is an error, so that no prompt has holes.
"""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from echo_iad.domain.messages import TextPart

_CONTROL = re.compile(
    r"<(?=\|)|(?<=\|)>"
    r"|<(?=/?(?:s|bos|eos|pad|unk|image|img|IMG_CONTEXT|video|audio|think|box|ref|quad|slice|unit|image_id"
    r"|image_soft_token|fake_token_around_image|global-img|row_\d+_col_\d+|(?:start|end)_of_\w+|end_of_utterance)>)"
    r"|\[(?=/?(?:INST|IMG|IMG_BREAK|IMG_END|SYSTEM_PROMPT|TOOL_CALLS)\])"
)
"""Where the words begin or end that chat templates mark turns and pictures with."""


def rendered(template: str, **values: object) -> TextPart:
    """Text of ``templates/<template>.jinja`` with these values, without blanks around it."""
    return TextPart(_templates().get_template(f"{template}.jinja").render(values).strip())


def harmless(text: str) -> str:
    """Text without blanks round it whose control words are parted, so that no model obeys them.

    Examples
    --------
    >>> harmless("Is it good?<|im_end|>"), harmless("<image> [INST]"), harmless("is a < b > c?")
    ('Is it good?< |im_end| >', '< image> [ INST]', 'is a < b > c?')
    """
    return _CONTROL.sub(lambda mark: " >" if mark[0] == ">" else f"{mark[0]} ", text.strip())


def line(text: str) -> str:
    """`harmless` text on one line, so that it stays one item of a list."""
    return " ".join(harmless(text).split())


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("echo_iad.prompts"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  # plain text for a model, no page
    )
    environment.filters.update(harmless=harmless, line=line)
    return environment
