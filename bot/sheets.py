"""Stored rows as CSV that a spreadsheet opens without running anything in it. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

# A cell that begins so is a formula to a spreadsheet, in full width too; a tab or line end before it hides nothing.
_FORMULA = frozenset("=+-@＝＋－＠\t\r\n")


def safe_cell(value: object) -> str:
    """The value as a cell that is text and nothing else."""
    text = "" if value is None else str(value)
    first = text.lstrip(" \u3000\u00a0\ufeff")[:1]
    return f"'{text}" if first in _FORMULA and first else text


def csv_bytes(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> bytes:
    """UTF-8 with a byte order mark, which Excel needs; `columns` are the keys to write and their titles."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(title) for title in columns.values()])
    for row in rows:
        writer.writerow([safe_cell(row.get(key)) for key in columns])
    return ("\ufeff" + out.getvalue()).encode("utf-8")
