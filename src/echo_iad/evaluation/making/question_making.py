"""Questions in MMAD's form about anybody's own parts, from labels, masks and knowledge (``echo-iad questions make``).

A question is asked only where its right answer has evidence: a label, a mask, a sentence of knowledge. What could not
be asked is counted with its reason. Writes nothing (`mmad_writing` does).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from echo_iad.encoders.base import TextEncoder
from echo_iad.encoders.remembering import remembering
from echo_iad.errors import EvaluationError, KnowledgeError
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.making.labelled_parts import LabelledObject, read_labelled_parts
from echo_iad.evaluation.making.made_questions import MadePicture, MadeQuestions, NotAsked
from echo_iad.evaluation.making.object_questions import ObjectQuestions
from echo_iad.evaluation.making.option_sentences import OptionSentences
from echo_iad.knowledge.roles import Role
from echo_iad.knowledge.sources import ObjectKnowledge, find_object, read_knowledge

_REMEMBERED = 4096


def make_questions(
    root: Path,
    knowledge: Path,
    *,
    text_encoder: TextEncoder,
    objects: Collection[str] | None = None,
    seed: int = 0,
    balanced: bool = True,
) -> MadeQuestions:
    """Make questions about every labelled picture of a folder.

    Parameters
    ----------
    root : Path
        MVTec layout (`labelled_parts`).
    knowledge : Path
        What `read_knowledge` reads; its topics are the names of the types.
    text_encoder : TextEncoder
        Tells which sentences say the same.
    objects : collection of str, optional
        Only these.
    seed : int
        Decides which pictures meet in a block and the order of options; the same seed makes the same questions.
    balanced : bool
        Ask as many good as defective pictures of each object whether they have a defect, so that always saying the
        more frequent answer is right in 50 %. Otherwise every picture is asked, and it is right in more.

    Raises
    ------
    EvaluationError
        No MVTec layout, or no defective part in it.
    KnowledgeError
        The knowledge cannot be read, or says nothing about any of the objects.
    UnknownNameError
        One of ``objects`` is not there.
    """
    found = read_labelled_parts(root, objects=objects)
    if not any(picture.is_defective for entry in found for picture in entry.pictures):
        msg = f"{root} holds good parts alone. Put defective ones into OBJECT/test/TYPE, a folder for each type."
        raise EvaluationError(msg)
    known = _knowledge_of(found, knowledge)
    encoder = remembering(text_encoder, capacity=_REMEMBERED)
    pictures: list[MadePicture] = []
    not_asked: list[NotAsked] = []
    for entry in found:
        own = find_object(known, entry.name)
        sentences = OptionSentences(own, encoder) if own else None
        about = ObjectQuestions(entry, seed)
        about.discriminate(balanced=balanced)
        about.classify()
        about.localize()
        about.tell(sentences, Subtask.DESCRIPTION, (Role.LOOKS,))
        about.tell(sentences, Subtask.ANALYSIS, (Role.EFFECT, Role.CAUSE))
        pictures += about.pictures()
        not_asked += about.not_asked()
    return MadeQuestions(found, known, tuple(pictures), tuple(not_asked), seed)


def _knowledge_of(objects: Sequence[LabelledObject], path: Path) -> tuple[ObjectKnowledge, ...]:
    everything = read_knowledge(path)
    found = [find_object(everything, entry.name) for entry in objects]
    known = tuple(entry for entry in found if entry)
    if not known:
        msg = (
            f"The knowledge in {path} says nothing about {', '.join(entry.name for entry in objects)}. It knows: "
            f"{', '.join(sorted(entry.object for entry in everything))}. Name an object there like its folder."
        )
        raise KnowledgeError(msg)
    return known
