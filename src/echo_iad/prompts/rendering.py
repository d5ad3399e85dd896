"""The templates of all prompts, rendered. Knows no prompt in particular.

A name that a template uses and that is not given is an error, so that no prompt has holes.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from echo_iad.domain.messages import TextPart


def rendered(template: str, **values: object) -> TextPart:
    """Text of ``templates/<template>.jinja`` with these values, without blanks around it."""
    return TextPart(_templates().get_template(f"{template}.jinja").render(values).strip())


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("echo_iad.prompts"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  # plain text for a model, no page
    )
