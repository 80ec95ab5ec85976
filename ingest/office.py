"""Word, PDF and Excel rule documents -> article drafts, as a page saved as text would give them."""

from __future__ import annotations

import importlib
import io
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from ingest.articles import ArticleDraft, Heading
from ingest.decode import clean_text
from ingest.errors import SourceError
from ingest.frontmatter import without_marks
from ingest.office_guard import check_archive, check_pdf
from ingest.office_sheets import read_sheets
from ingest.office_tables import readable_rows
from ingest.office_wrapping import unwrapped
from ingest.saved_pages import parse_saved_page

OFFICE_SUFFIXES = (".docx", ".pdf", ".xlsx")
INSTALL = 'pip install "ruledesk[office]"'
MAX_TEXT = 2_000_000  # characters; the passages of more would be no rule document

T = TypeVar("T")

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_KEEP = 0xF0000  # a private plane, which clean_text takes out of documents
_RULE = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|)+")


def parse_office(data: bytes, name: str) -> list[ArticleDraft]:
    """The articles of one document, by its suffix. Raises SourceError in one line that names the fix.

    Checked before any parser runs: damage, protection, and how much it unpacks to.
    """
    suffix = Path(name).suffix.lower()
    if suffix == ".pdf":
        check_pdf(data)
    else:
        check_archive(data, "word/document.xml" if suffix == ".docx" else "xl/workbook.xml")
    if suffix == ".xlsx":
        return _parsed(lambda: read_sheets(data, Path(name).stem, needed("openpyxl", name)))
    markdown = _parsed(lambda: _markdown(data, suffix, needed("markitdown", name)))
    if len(markdown) > MAX_TEXT:
        raise SourceError(f"it has {len(markdown):,} characters of text; the limit is {MAX_TEXT:,}; split it")
    text, headings = plain_document(markdown, wrapped=suffix == ".pdf")
    if not text.strip():
        raise SourceError("it holds no text (a scan holds pictures only); give one with text in it")
    return [_with_headings(draft, headings) for draft in parse_saved_page(text, name)]


def needed(module: str, name: str) -> ModuleType:
    """A package of the extra `office`. Raises SourceError with the command that installs it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        kind = Path(name).suffix.lower()
        raise SourceError(f"reading {kind} files needs {module}; install it with: {INSTALL}") from error


def plain_document(markdown: str, *, wrapped: bool = False) -> tuple[str, dict[str, int]]:
    """The text of a document without Markdown marks, and its headings with their levels.

    Rows of tables become lines ("违规:迟发;扣分:3"); `wrapped` joins lines that a page's width has broken.
    """
    lines: list[str] = []
    headings: dict[str, int] = {}
    for block in _blocks(_PICTURE.sub("", markdown)):
        if block[0].startswith("|"):
            lines += readable_rows([_cells(row) for row in block if not _RULE.fullmatch(row)])
            continue
        for raw in block:
            found = _HEADING.match(raw)
            line = _words(found.group(2) if found else raw)
            if found and line:
                headings.setdefault(line, len(found.group(1)))
            lines.append(line)
    return "\n".join(unwrapped(lines) if wrapped else lines), headings


def _parsed(read: Callable[[], T]) -> T:
    """What a parser returns; whatever it raises becomes one line."""
    noisy = logging.getLogger("pdfminer")
    noisy.setLevel(logging.ERROR)  # it warns of every font that a page describes badly
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of each ornament that it does not know
            return read()
    except SourceError:
        raise
    except RecursionError as error:
        raise SourceError("it is nested too deeply to be read; save it anew") from error
    except Exception as error:  # the parsers raise their own kinds and those of the libraries below them
        raise SourceError(f"it is damaged and cannot be read ({type(error).__name__}); save it anew") from error


def _markdown(data: bytes, suffix: str, markitdown: ModuleType) -> str:
    reader = markitdown.MarkItDown(enable_plugins=False)
    result = reader.convert_stream(io.BytesIO(data), stream_info=markitdown.StreamInfo(extension=suffix))
    return str(result.markdown).replace("\f", "\n\n")


def _blocks(markdown: str) -> Iterator[list[str]]:
    """Runs of table rows, and the lines between them one by one."""
    table: list[str] = []
    for raw in markdown.splitlines():
        line = raw.strip()
        if len(line) > 1 and line.startswith("|") and line.endswith("|"):
            table.append(line)
            continue
        if table:
            yield table
            table = []
        yield [line]
    if table:
        yield table


def _cells(row: str) -> list[str]:
    parts = re.split(r"(?<!\\)\|", row[1:-1])
    return [_words(part.strip()) for part in parts]


def _words(markdown: str) -> str:
    """The words of a line. A sign that the document itself holds is escaped in Markdown: it must not act as a mark."""
    kept = _ESCAPED.sub(lambda m: chr(_KEEP + ord(m.group(1))), markdown)
    words = without_marks(kept)
    return clean_text("".join(chr(ord(c) - _KEEP) if _KEEP < ord(c) < _KEEP + 128 else c for c in words))


def _with_headings(draft: ArticleDraft, headings: dict[str, int]) -> ArticleDraft:
    """The draft with the places of the headings that the document marked up."""
    found = []
    at = 0
    for line in draft.text.split("\n"):
        if line in headings:
            found.append(Heading(at, at + len(line), headings[line]))
        at += len(line) + 1
    return replace(draft, headings=tuple(found))
