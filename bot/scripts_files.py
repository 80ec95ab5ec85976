"""Script tables in .xlsx and .csv files: bytes <-> rows of cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

import xlsxwriter
from python_calamine import CalamineWorkbook

from bot.scripts_rows import HEAD, WIDTHS
from ingest.decode import MAX_BYTES, decode_bytes
from ingest.errors import SourceError, UsageError
from ingest.office_guard import check_archive
from ingest.office_sheets import shown

KINDS = (".xlsx", ".csv")
ENCODINGS = ("utf-8-sig", "gb18030")
# What a spreadsheet runs as a formula, full-width forms included; an apostrophe before it makes it text. A text that
# opens with apostrophes and then such a sign gets one more, so that reading can take exactly one away.
_SIGN = "[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(f"'*{_SIGN}")
_GUARDED = re.compile(f"'+{_SIGN}")


def kind_of(name: str) -> str:
    """The kind of a script file by its name. Raises UsageError for one that is not known."""
    kind = "." + name.lower().rpartition(".")[2]
    if kind not in KINDS:
        raise UsageError(f"{name}: script files are {' or '.join(KINDS)}; give one of these")
    return kind


def read_rows(data: bytes, kind: str) -> list[list[str]]:
    """The cells of a file. Raises SourceError in one line for what cannot be read."""
    if len(data) > MAX_BYTES:
        raise SourceError(f"it has {len(data):,} bytes; the limit is {MAX_BYTES:,}; split it")
    return _xlsx_rows(data) if kind == ".xlsx" else _csv_rows(data)


def write_rows(rows: Iterable[Sequence[str]], kind: str, encoding: str = ENCODINGS[0]) -> bytes:
    """A file with HEAD and these rows, whose cells no spreadsheet takes for a formula."""
    table = [HEAD, *rows]
    return _xlsx(table) if kind == ".xlsx" else _csv(table, encoding)


def _xlsx_rows(data: bytes) -> list[list[str]]:
    check_archive(data, "xl/workbook.xml")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:  # calamine has a kind of its own for each format
        raise SourceError(f"it is damaged and cannot be read ({type(error).__name__}); save it anew") from error
    return [[cell if isinstance(cell, str) else shown(cell) for cell in row] for row in rows]


def _csv_rows(data: bytes) -> list[list[str]]:
    text = decode_bytes(data)
    first = text.lstrip("\n").partition("\n")[0]
    between = max(",\t;", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True))
    except csv.Error as error:
        raise SourceError(f"it is no csv table ({error}); save it anew as csv") from error
    return [[cell[1:] if _GUARDED.match(cell) else cell for cell in row] for row in rows]


def _xlsx(table: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    # A cell written as a string is never run; the quote mark keeps it text when somebody edits it.
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("话术")
        bold = book.add_format({"bold": True, "text_wrap": True})
        plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        quoted = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True})
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for r, row in enumerate(table):
            for c, cell in enumerate(row):
                if cell:
                    sheet.write_string(r, c, cell, bold if r == 0 else quoted if _FORMULA.match(cell) else plain)
    return out.getvalue()


def _csv(table: Sequence[Sequence[str]], encoding: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in table:
        writer.writerow(["'" + cell if _FORMULA.match(cell) else cell for cell in row])
    return out.getvalue().encode(encoding)
