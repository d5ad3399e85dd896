"""One inspection as one line of JSON, and back. Knows the record; no file.

The line has the fields of `Inspection` in their order, without the anomaly map, and then what it comes to in one word.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from echo_iad.domain.decisions import Inspection
from echo_iad.errors import UserError
from echo_iad.reports.verdicts import verdict_of

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def to_json(inspection: Inspection) -> str:
    """Write one inspection as one line, without a line feed at its end.

    Raises
    ------
    ValueError
        A number is not finite; no record may hold one.
    """
    return json.dumps(to_values(inspection), ensure_ascii=False, allow_nan=False)


def to_values(inspection: Inspection) -> dict[str, Any]:
    """The record of one inspection as JSON's own values."""
    values: dict[str, Any] = _adapter().dump_python(
        without_map(inspection), mode="json", exclude={"comparison": {"anomaly_map"}}
    )
    return {**values, "verdict": verdict_of(inspection).value}


def from_json(line: str) -> Inspection:
    """Read a line that `to_json` wrote; its comparison has no anomaly map.

    Raises
    ------
    UserError
        The line is no record of an inspection; the message names the first wrong field.
    """
    from pydantic import ValidationError

    try:
        values = json.loads(line)
        if isinstance(values, dict):
            values.pop("verdict", None)
        return _adapter().validate_python(values)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise UserError(_no_record(f"{where}: {first['msg']}")) from fault
    except ValueError as fault:
        raise UserError(_no_record(f"no JSON: {fault}")) from fault


def _no_record(why: str) -> str:
    return f"The line is no record of an inspection: {why}. Such lines are printed by: echo-iad inspect --json"


@cache
def _adapter() -> TypeAdapter[Inspection]:
    from pydantic import TypeAdapter

    return TypeAdapter(Inspection)


def without_map(inspection: Inspection) -> Inspection:
    """Drop the anomaly map, which is no part of the record and takes the most memory."""
    if inspection.comparison is None:
        return inspection
    return replace(inspection, comparison=replace(inspection.comparison, anomaly_map=None))
