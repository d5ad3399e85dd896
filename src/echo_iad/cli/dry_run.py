"""``echo-iad inspect --dry-run``: what a multimodal model would be shown and told, and what that costs in tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echo_iad.cli.console import print_json, results
from echo_iad.errors import ImageError, ProfileError

if TYPE_CHECKING:
    from echo_iad.domain.messages import Messages, PicturePart
    from echo_iad.echo import Echo
    from echo_iad.experts.consulting import Request
    from echo_iad.mllms.base import Prompt
    from echo_iad.mllms.cost import Cost
    from echo_iad.settings import Profile


def show_prompts(
    echo: Echo, pictures: Sequence[Path], ask: Callable[[Path], Request], *, json: bool
) -> list[ImageError]:
    """Print every prompt for every picture; nothing is asked, and no weights are loaded.

    Parameters
    ----------
    echo : Echo
    pictures : sequence of Path
    ask : callable
        Makes the request about a picture.
    json : bool

    Returns
    -------
    list of ImageError
        Of the pictures that cannot be read; the others are shown.

    Raises
    ------
    UserError
        The profile's decider is no multimodal model, or the request cannot be made.
    """
    from echo_iad.mllms.cost import estimate

    model = echo.profile.decider.model
    if not model:
        msg = "A dry run shows what a multimodal model would be asked. Name one: --model BACKEND:NAME"
        raise ProfileError(msg)
    faults = []
    for picture in pictures:
        try:
            prompts = echo.compose(ask(picture))
        except ImageError as fault:
            faults.append(fault)
            continue
        for number, prompt in enumerate(prompts, start=1):
            cost = estimate(prompt.messages, model)
            if json:
                print_json({"image": str(picture), "rotation": number, **_values(prompt, cost)})
            else:
                _print(prompt, cost, f"{picture}" if len(prompts) == 1 else f"{picture}, rotation {number}")
    if not json:
        for beside in _beside(echo.profile):
            results().print(beside, style="dim", soft_wrap=True, highlight=False)
    return faults


def _beside(profile: Profile) -> Iterator[str]:
    """What a model would be asked besides, and is not shown."""
    if profile.decider.think:
        yield "After its reasoning it is asked for the label alone."
    if profile.decider.fuse:
        yield (
            "Before the first verdict on a product it is asked, once, the same about up to 16 good parts, each as it "
            "is and with a synthetic defect."
        )
    if profile.knowledge.extractor == "model":
        yield "A model picks the knowledge for a question that is new; here it is picked by meaning."


def _values(prompt: Prompt, cost: Cost) -> dict[str, Any]:
    messages = [{"role": message.role.value, "parts": list(_parts(message.parts))} for message in prompt.messages]
    return {"messages": messages, "labels": list(prompt.labels), "tokens": {**asdict(cost), "total": cost.total}}


def _parts(parts: Sequence[Any]) -> Iterator[dict[str, Any]]:
    from echo_iad.domain.messages import TextPart

    for part in parts:
        if isinstance(part, TextPart):
            yield {"text": part.text}
        else:
            height, width = part.pixels.shape[:2]
            yield {"picture": part.label, "path": part.path, "width": width, "height": height}


def _print(prompt: Prompt, cost: Cost, title: str) -> None:
    from rich.text import Text

    console = results()
    console.print(Text(title, style="bold"), soft_wrap=True)
    for text in _lines(prompt.messages, cost):
        console.print(text, soft_wrap=True)
    exactly = "counted by the model's own processor" if cost.exact else "estimated"
    console.print(Text(f"{cost.total:,} tokens, {exactly}: {sum(cost.picture_tokens):,} of pictures.", style="dim"))


def _lines(messages: Messages, cost: Cost) -> Iterator[Any]:
    from rich.text import Text

    from echo_iad.domain.messages import TextPart
    from echo_iad.reports.words import printable

    tokens = iter(cost.picture_tokens)
    for message in messages:
        yield Text(f"[{message.role.value}]", style="dim")
        for part in message.parts:
            yield (
                Text(printable(part.text))
                if isinstance(part, TextPart)
                else Text(_picture(part, next(tokens)), style="cyan")
            )


def _picture(part: PicturePart, tokens: int) -> str:
    height, width = part.pixels.shape[:2]
    origin = f", {part.path}" if part.path else ""
    return f"<{part.label}: {width} × {height} px, {tokens:,} tokens{origin}>"
