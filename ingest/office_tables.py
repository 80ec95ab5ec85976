"""Rows of a table -> lines that can be read, found and quoted on their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SENTENCE = re.compile(r"[。;；!！?？]")
# What such sheets call their columns.
_COLUMN_NAME = re.compile(
    "违规|违约|情形|情况|类型|类别|行为|处罚|处理|扣分|说明|备注|条款|规则|序号|标准|要求|时限|名称|项目"
)
_MAX_HEAD = 20  # characters of a column's name


def readable_rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row, each figure beside its column's name: "违规:迟发;扣分:3". A row without words gives none.

    A row of one cell stands as it is (a caption, a group); the first row of short names is the head of those below,
    until an empty row is followed by another head. Without a head, the cells follow each other.
    """
    filled = [[cell.strip() for cell in row] for row in rows]
    lines: list[str] = []
    head: list[str] | None = None
    fresh = True
    for at, row in enumerate(filled):
        cells = [cell for cell in row if cell]
        if not cells:
            fresh = True
        elif len(set(cells)) == 1:
            lines.append(cells[0])  # a merged cell repeats its words
        elif fresh and _is_head(row, filled[at + 1 :], known=head is not None):
            head, fresh = row, False
        else:
            fresh = False
            lines.append(_line(row, head) if head else ":".join(cells) if len(cells) == 2 else " ".join(cells))
    return lines


def _is_head(row: Sequence[str], below: Sequence[Sequence[str]], *, known: bool) -> bool:
    cells = [cell for cell in row if cell]
    if len(set(cells)) < len(cells) or any(len(c) > _MAX_HEAD or _SENTENCE.search(c) or _figure(c) for c in cells):
        return False
    under = next((r for r in below if any(r)), ())
    if sum(1 for cell in under if cell) < 2 or not below or not any(below[0]):
        return False
    widest = max(sum(1 for cell in r if cell) for r in below)
    if len(cells) < min(widest, 3) or widest > len(row):
        return False
    # A table of two columns may be names and values without a head, and a second head may be no more than a row.
    sure = any(_figure(c) for c in under) or any(_COLUMN_NAME.search(c) for c in cells)
    return sure or (widest > 2 and not known)


def _line(row: Sequence[str], head: Sequence[str]) -> str:
    parts = []
    for at, cell in enumerate(row):
        name = head[at] if at < len(head) else ""
        if cell:
            parts.append(f"{name}:{' '.join(cell.split())}" if name else " ".join(cell.split()))
    return ";".join(part.rstrip(";；。") for part in parts) + "。"


def _figure(cell: str) -> bool:
    return re.fullmatch(r"[-+\d.,%/:：年月日分元天倍]+", cell) is not None and re.search(r"\d", cell) is not None
