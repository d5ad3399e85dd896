"""How models of known families are spoken to: chat templates of the shapes that they have. Pure text.

They differ as those of the hub do: with or without a role for the system, its own words for it, pictures where they are
said or before all texts, a control word at the opening or none, thoughts that are closed before the answer.
"""

from __future__ import annotations

_IN_PLACE = (
    "{% for part in m.content %}{% if part.type == 'image' %}IMAGE{% else %}{{ part.text }}{% endif %}{% endfor %}"
)
_PICTURES_FIRST = (
    "{% for part in m.content if part.type == 'image' %}IMAGE{% endfor %}"
    "{% for part in m.content if part.type == 'text' %}{{ part.text }}{% endfor %}"
)
_CHAT_ML = "{% for m in messages %}<|im_start|>{{ m.role }}\nCONTENT<|im_end|>\n{% endfor %}"
_ASSISTANT_ML = "{% if add_generation_prompt %}<|im_start|>assistant\nOPENING{% endif %}"


def chat_ml(image: str, *, pictures_first: bool = False, opening: str = "") -> str:
    """Turns between marks, a system like any other role.

    Parameters
    ----------
    image : str
        What stands for a picture.
    pictures_first : bool
        Whether a message's pictures stand before its texts; else everything stays where it was said.
    opening : str
        What the model's turn begins with.
    """
    content = _PICTURES_FIRST if pictures_first else _IN_PLACE
    written = (_CHAT_ML + _ASSISTANT_ML).replace("CONTENT", content)
    return written.replace("IMAGE", image).replace("OPENING", opening)


def chat_ml_with_system(image: str) -> str:
    """The same, with a system's words of its own where none are given."""
    default = (
        "{% if messages[0].role != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    )
    return default + chat_ml(image)


def vicuna(image: str) -> str:
    """Names of the roles in plain letters; the system's words stand bare; pictures first."""
    turn = "{% if m.role != 'system' %}{{ m.role | upper }}: {% endif %}CONTENT"
    closed = turn + "{% if m.role == 'assistant' %}</s>{% else %} {% endif %}"
    turns = "{% for m in messages %}" + closed + "{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
    return turns.replace("CONTENT", _PICTURES_FIRST).replace("IMAGE", image)


def instructions(image: str) -> str:
    """The user's turns between brackets; no system; the opening control word; pictures first."""
    user = "{% if m.role == 'user' %}[INST] CONTENT [/INST]"
    assistant = "{% elif m.role == 'assistant' %} CONTENT</s>"
    other = "{% else %}{{ raise_exception('There are no roles but user and assistant.') }}{% endif %}"
    turns = "{{ bos_token }}{% for m in messages %}" + user + assistant + other + "{% endfor %}"
    return turns.replace("CONTENT", _PICTURES_FIRST).replace("IMAGE", image)


def utterances(image: str, opening: str) -> str:
    """Names of the roles in plain letters, each turn closed by a control word, everything opened by one."""
    named = "{{ m.role | capitalize }}:{% if m.content[0].type != 'image' %} {% endif %}"
    turns = "{% for m in messages %}" + named + _IN_PLACE + "<end_of_utterance>\n{% endfor %}"
    return opening + turns.replace("IMAGE", image) + "{% if add_generation_prompt %}Assistant:{% endif %}"
