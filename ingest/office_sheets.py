"""Sheets of an Excel workbook -> one article each, figures as they are shown, merged cells filled."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from python_calamine import CalamineWorkbook

from ingest.articles import ArticleDraft
from ingest.decode import clean_text
from ingest.errors import SourceError
from ingest.office_tables import readable_rows
from ingest.saved_pages import MAX_TITLE, date_of_line

MAX_SHEETS = 100
MAX_ROWS = 20_000
MAX_COLUMNS = 100
_NAMELESS = re.compile(r"(?:sheet|工作表|表)\s*\d*", re.IGNORECASE)
_PERCENT = re.compile(r"0(?:\.(?P<places>0+))?%")
_UNIT = re.compile(r'(?:0|General|#,##0|G/通用格式)(?:\.0+)?"(?P<unit>[^"]{1,4})"')


def read_sheets(data: bytes, stem: str, openpyxl: ModuleType) -> list[ArticleDraft]:
    """The article of each sheet with text in it; `stem` is the file's name, for sheets that have none of their own.

    openpyxl rather than markitdown's own way through pandas, which turns 6 into 6.0, 30% into 0.3 and an empty cell
    into NaN: a rule's figures must stand as the sheet shows them. Raises SourceError over MAX_SHEETS, MAX_ROWS.
    """
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    merged = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(sheets) > MAX_SHEETS:
        raise SourceError(f"it has {len(sheets)} sheets; the limit is {MAX_SHEETS}; split it")
    drafts = []
    for sheet in sheets:
        rows = _rows(sheet)
        _fill_down(rows, merged.get_sheet_by_name(sheet.title).merged_cell_ranges or ())
        if (draft := _article(rows, sheet.title, stem, alone=len(sheets) == 1)) is not None:
            drafts.append(draft)
    if not drafts:
        raise SourceError("it holds no text; give a workbook with words in a visible sheet")
    return drafts


def _rows(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # the size that a sheet declares may be wrong either way
    rows: list[list[str]] = []
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        if number > MAX_ROWS and all(cell.value is None for cell in row):
            continue  # a stray format in the last row of all is common
        if number > MAX_ROWS:
            raise SourceError(f"its sheet {sheet.title!r} has over {MAX_ROWS:,} rows, the limit; split it")
        rows.append([shown(cell.value, getattr(cell, "number_format", "General")) for cell in row])
    return rows


def _fill_down(rows: list[list[str]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """What a cell merged over several rows says holds for each of them."""
    for (top, left), (bottom, right) in ranges:
        if bottom == top or left != right or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            if any(row) and left < len(row):
                row[left] = rows[top][left]


def shown(value: Any, number_format: str = "General") -> str:
    """A cell as the sheet shows it: 0.3 in a percent cell is 30%, a day has no time, a whole number no fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, int | float):
        percent, unit = _PERCENT.fullmatch(number_format), _UNIT.fullmatch(number_format)
        if percent:
            return f"{value * 100:.{len(percent['places'] or '')}f}%"
        return f"{value:.15g}" + (unit["unit"] if unit else "")
    return clean_text(str(value)).replace("\n", " ")


def _article(rows: list[list[str]], sheet: str, stem: str, *, alone: bool) -> ArticleDraft | None:
    lines = readable_rows(rows)
    published = next((day for line in lines if (day := date_of_line(line))), None)
    lines = [line for line in lines if not date_of_line(line)]
    own = None if _NAMELESS.fullmatch(sheet) else sheet
    first = [cell for cell in (rows[0] if rows else []) if cell]
    if lines and len(first) == 1 and lines[0] == first[0] and len(first[0]) <= MAX_TITLE and len(lines) > 1:
        title = lines.pop(0)
    else:
        title = own or (stem if alone else f"{stem} {sheet}")
    text = "\n".join(lines)
    return ArticleDraft(title=clean_text(title), text=text, published=published) if text else None
