"""Files of JSON lines: one item a line in, one answer or error a line out, in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.desk_api import DeskApi, Turn
from ingest.errors import RuledeskError, SourceError

Row = dict[str, Any]


def read_lines(data: bytes) -> list[tuple[int, bytes]]:
    """The lines that hold something, with their numbers from 1."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def run_batch(lines: Sequence[tuple[int, bytes]], answer: Callable[[Row], Row]) -> Iterator[tuple[Row, bool]]:
    """For each line what to print and whether it went well; a damaged line costs only itself."""
    for number, line in lines:
        row: Row = {}
        try:
            row = read_row(line)
            yield {"id": row["id"]} | {k: v for k, v in answer(row).items() if k != "id"}, True
        except RuledeskError as error:
            yield {"id": _id_of(row or line), "error": f"line {number}: {error}"}, False
        except Exception as error:  # a fault of the desk in one answer must not cost the others
            what = (str(error).splitlines() or [""])[0][:200]
            yield {"id": _id_of(row), "error": f"line {number}: internal error ({type(error).__name__}: {what})"}, False


def read_row(line: bytes) -> Row:
    """One item. Raises SourceError that says what is wrong with it; keys that are not known are left alone."""
    row = _parse(line)
    if not _is_id(row.get("id")):
        raise SourceError("the field id is missing or is neither text nor a whole number")
    if row.get("platform") is not None and not isinstance(row["platform"], str):
        raise SourceError("the field platform is no text")
    return row


def ask_row(desk: DeskApi, row: Row, platform: str | None, top: int) -> Row:
    """The answer to one item; its own platform goes before `platform`."""
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(turn, dict) for turn in history):
        raise SourceError('the field history must be a list of {"question", "answer"}')
    turns = [Turn(_text(turn, "question"), _text(turn, "answer")) for turn in history]
    return desk.ask(_text(row, "question"), row.get("platform") or platform, turns, top).to_json()


def check_row(desk: DeskApi, row: Row, platform: str | None) -> Row:
    """The findings of one draft; its own platform goes before `platform`."""
    return desk.check(_text(row, "draft"), row.get("platform") or platform).to_json()


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise SourceError(f"the field {key} is missing or is no text")
    return value


def _parse(line: bytes) -> Row:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise SourceError("it is not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"it is not JSON ({error})") from None
    if not isinstance(row, dict):
        raise SourceError('it is no JSON object; give {"id", ...} on each line')
    return row


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _id_of(row: Row | bytes) -> str | int | None:
    """The id as far as it can be read: the caller wants to know which item failed."""
    try:
        found = _parse(row.decode("utf-8", "replace").encode()) if isinstance(row, bytes) else row
    except SourceError:
        return None
    value = found.get("id")
    return value if _is_id(value) else None
