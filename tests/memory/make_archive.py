"""Writes a tiny memory for tests/data/archives: ``python tests/memory/make_archive.py FOLDER``.

Run once for each released format, by the Echo that released it; the archive is never written again.
"""

import sys


def main(folder):
    """Write two objects, a class name, knowledge, extracts, defects; each number can be computed by hand."""
    import numpy as np

    from echo_iad.domain.evidence import KnowledgePassage
    from echo_iad.domain.parts import EncoderId, Framing, ImageEncoding
    from echo_iad.domain.questions import Question, QuestionType
    from echo_iad.memory.defects import LabelledDefect
    from echo_iad.memory.extracts import Extract, Review
    from echo_iad.memory.records import NewNormal, StoredPassage
    from echo_iad.memory.store import Memory

    image = EncoderId("drawn", "ab" * 32, 4, "none", "drawn-image")
    text = EncoderId("drawn", "cd" * 32, 3, "none", "drawn-text")
    axes = np.eye(4, dtype=np.float32)
    vectors = [axes[0], np.array([0.6, 0.8, 0, 0], np.float32), axes[2], axes[3]]
    with Memory.open(folder, create=True) as memory:
        memory.bind(image, text)
        memory.set_framing("washer", Framing(64, 128, turned=True, scale=0.01, middle=(0.25, 0.0)))
        normals = [
            NewNormal(
                object="gear" if number < 3 else "washer",
                path=f"/parts/{number}.png",
                sha256=f"{number:064x}",
                width=640,
                height=480,
                bytes=1000 + number,
                preview=b"\xff\xd8" + bytes([number]) + b"\xff\xd9",
                encoding=ImageEncoding(vector, (np.full((2, 3, 2), 0.5 * number, np.float32),)),
                framed=None if number < 3 else ImageEncoding(axes[1], (np.full((2, 3, 2), 2.0, np.float32),)),
                enrolled_by="ines",
            )
            for number, vector in enumerate(vectors, start=1)
        ]
        memory.add(normals)
        memory.remove([3])
        memory.set_class_text("gear", "a gear", np.array([0, 1, 0], np.float32))
        memory.add_knowledge(
            [StoredPassage("gear", "rust", "Red spots.", "gear.md"), StoredPassage("", "", "Look closely.", "all.md")]
        )
        red = KnowledgePassage("Red spots.", "gear.md", "rust", 1.0)
        yes_or_no = Question("Is there rust?", {"A": "Yes", "B": "No"})
        for question in (yes_or_no, Question("Where is the rust?")):
            memory.extracts.keep(
                Extract("gear", QuestionType.DISCRIMINATION, question, "ef" * 32, (red,), 2, "scripted:drawn")
            )
        own = KnowledgePassage("Spots below 1 mm are no fault.", "words of ines", relevance=1.0)
        memory.extracts.review(memory.extracts.all()[0], Review.EDITED, author="ines", edited=[own])
        memory.defects.add(
            [
                LabelledDefect(
                    object="gear",
                    type=name,
                    path=f"/parts/{number}.png",
                    sha256=f"{number:064x}",
                    width=640,
                    height=480,
                    box=(10 * number, 20, 30 * number, 40),
                    stood_out=number != 11,
                    form="looks 1",
                    enrolled_by="ines",
                    looks={"area": np.array([0.25 * number], np.float32), "context": axes[number % 4]},
                )
                for number, name in enumerate(("dent", "dent", "rust"), start=10)
            ]
        )
        memory.defects.remove([1])


if __name__ == "__main__":
    main(sys.argv[1])
