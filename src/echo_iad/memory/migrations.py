"""The numbered steps that bring a memory's tables to the newest form. Knows SQL and nothing else.

``PRAGMA user_version`` holds the number of the last step taken. A released step is never changed; a new form is a
new step at the end. docs/memory-format.md specifies the result.
"""

from __future__ import annotations

APPLICATION_ID = 0x4563686F
"""``Echo`` in ASCII: tells a memory from any other SQLite file."""

_ARRAY = "dtype TEXT NOT NULL, shape TEXT NOT NULL, crc32 INTEGER NOT NULL, data BLOB NOT NULL"

_STEP_1 = (
    "CREATE TABLE memory (one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT NOT NULL, state TEXT NOT NULL)",
    "INSERT INTO memory VALUES (1, lower(hex(randomblob(16))), lower(hex(randomblob(8))))",
    """CREATE TABLE encoder (
        role TEXT PRIMARY KEY CHECK (role IN ('image', 'text')),
        name TEXT NOT NULL, weights_sha256 TEXT NOT NULL, dimension INTEGER NOT NULL,
        preparation TEXT NOT NULL, space TEXT NOT NULL)""",
    """CREATE TABLE object (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, state TEXT NOT NULL)""",
    f"""CREATE TABLE class_text (
        object_id INTEGER PRIMARY KEY REFERENCES object ON DELETE CASCADE, text TEXT NOT NULL, {_ARRAY})""",
    """CREATE TABLE normal (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        object_id INTEGER NOT NULL REFERENCES object ON DELETE CASCADE,
        path TEXT NOT NULL, sha256 TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
        bytes INTEGER NOT NULL, enrolled_at TEXT NOT NULL, enrolled_by TEXT NOT NULL,
        UNIQUE (object_id, sha256))""",
    f"CREATE TABLE vector (normal_id INTEGER PRIMARY KEY REFERENCES normal ON DELETE CASCADE, {_ARRAY})",
    f"""CREATE TABLE level (
        normal_id INTEGER NOT NULL REFERENCES normal ON DELETE CASCADE, position INTEGER NOT NULL, {_ARRAY},
        PRIMARY KEY (normal_id, position))""",
    """CREATE TABLE preview (
        normal_id INTEGER PRIMARY KEY REFERENCES normal ON DELETE CASCADE,
        crc32 INTEGER NOT NULL, data BLOB NOT NULL)""",
    """CREATE TABLE passage (
        id INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, source TEXT NOT NULL,
        topic TEXT NOT NULL, text TEXT NOT NULL, review TEXT NOT NULL)""",
    "CREATE INDEX passage_of_object ON passage (object, source)",
    f"PRAGMA application_id = {APPLICATION_ID}",
)

_STEP_2 = (
    """CREATE TABLE extract (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        object TEXT NOT NULL, question_type TEXT NOT NULL, question_key TEXT NOT NULL, options_sha256 TEXT NOT NULL,
        knowledge_sha256 TEXT NOT NULL, question TEXT NOT NULL,
        options TEXT NOT NULL CHECK (json_valid(options)), picked TEXT NOT NULL CHECK (json_valid(picked)),
        refused INTEGER NOT NULL, model TEXT NOT NULL, made_at TEXT NOT NULL,
        review TEXT NOT NULL CHECK (review IN ('pending', 'approved', 'edited', 'rejected')),
        edited TEXT CHECK (edited IS NULL OR json_valid(edited)),
        author TEXT NOT NULL, reviewed_at TEXT NOT NULL,
        UNIQUE (object, question_type, question_key, options_sha256, knowledge_sha256))""",
)

_STEP_3 = (
    """CREATE TABLE defect (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        object_id INTEGER NOT NULL REFERENCES object ON DELETE CASCADE,
        type TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
        width INTEGER NOT NULL, height INTEGER NOT NULL,
        x0 INTEGER NOT NULL, y0 INTEGER NOT NULL, x1 INTEGER NOT NULL, y1 INTEGER NOT NULL,
        stood_out INTEGER NOT NULL CHECK (stood_out IN (0, 1)), form TEXT NOT NULL,
        enrolled_at TEXT NOT NULL, enrolled_by TEXT NOT NULL,
        UNIQUE (object_id, sha256))""",
    f"""CREATE TABLE look (
        defect_id INTEGER NOT NULL REFERENCES defect ON DELETE CASCADE, name TEXT NOT NULL, {_ARRAY},
        PRIMARY KEY (defect_id, name))""",
)

_STEP_4 = (
    """CREATE TABLE framing (
        object_id INTEGER PRIMARY KEY REFERENCES object ON DELETE CASCADE,
        rows INTEGER NOT NULL, columns INTEGER NOT NULL, turned INTEGER NOT NULL CHECK (turned IN (0, 1)),
        scale REAL NOT NULL, middle_along REAL NOT NULL, middle_across REAL NOT NULL)""",
    f"CREATE TABLE framed_vector (normal_id INTEGER PRIMARY KEY REFERENCES normal ON DELETE CASCADE, {_ARRAY})",
)

STEPS: tuple[tuple[str, ...], ...] = (_STEP_1, _STEP_2, _STEP_3, _STEP_4)
"""Statements of step 1, step 2, ...; each step runs in one transaction."""

NEWEST = len(STEPS)
"""The format version that this Echo writes."""
