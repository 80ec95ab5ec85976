"""Rows of a script table <-> scripts: the columns that agents' tools use, and what is wrong with a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.scripts import Script
from ingest.errors import SourceError
from ingest.platforms import PLATFORMS, normalise_platform

HEAD = ("分组", "关键词", "话术内容", "平台", "规则依据", "检查结果")
WIDTHS = (18, 18, 70, 10, 40, 40)
MAX_CONTENT = 5_000  # characters, as many as the reply check takes
MAX_NAME = 100  # characters of a group or keyword
MAX_RULE = 2_000
MAX_SCRIPTS = 50_000
EVERY = ("", "全部", "通用", "不限", "all")
_NAMES = {
    "group": ("分组", "话术分组", "一级分组", "分类", "group"),
    "subgroup": ("二级分组", "子分组", "二级分类", "subgroup"),
    "title": ("关键词", "标题", "话术标题", "快捷词", "快捷编码", "keyword", "title"),
    "content": ("话术内容", "话术", "内容", "回复内容", "content"),
    "platform": ("平台", "适用平台", "platform"),
    "rule": ("规则依据", "rule"),
}
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")

TEMPLATE = (
    Script(("售后", "退款"), "退款进度", "亲,退款申请我们会按平台规则尽快为您处理,请留意订单里的进度~"),
    Script(("售前",), "开发票、发票", "亲,购买后可以开具发票,请您把抬头信息发给我们登记~", "天猫"),
)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: its number in the file, and in one line why and what to do."""

    row: int
    why: str


def scripts_of(rows: Sequence[Sequence[str]]) -> Iterator[Script | BadRow]:
    """The script of each row below the head, or what is wrong with it; rows without words are passed over.

    Raises SourceError where the first row that holds something is no head with a column for the content.
    """
    head_at = next((at for at, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if head_at is None:
        raise SourceError("it holds no rows; `ruledesk scripts template FILE` writes one to fill in")
    columns = _columns(rows[head_at])
    if len(rows) - head_at - 1 > MAX_SCRIPTS:
        raise SourceError(f"it has {len(rows) - head_at - 1:,} rows; the limit is {MAX_SCRIPTS:,}; split it")
    for number, row in enumerate(rows[head_at + 1 :], start=head_at + 2):
        cells = {name: _tidy(row[at]) if at < len(row) else "" for name, at in columns.items()}
        if any(cells.values()):
            try:
                yield _script(cells)
            except SourceError as error:
                yield BadRow(number, f"row {number}: {error}")


def row_of(script: Script) -> tuple[str, ...]:
    """The cells of a script, in the order of HEAD."""
    found = [f"{b.label}「{b.words}」" + (f" → {b.suggestion}" if b.suggestion else "") for b in script.breaches]
    return (
        "/".join(script.group),
        script.title,
        script.content,
        script.platform or "",
        script.rule,
        "\n".join(found),
    )


def _columns(head: Sequence[str]) -> dict[str, int]:
    cells = [cell.strip().lower() for cell in head]
    columns = {name: at for name, words in _NAMES.items() for at, cell in enumerate(cells) if cell in words}
    if "content" not in columns:
        shown = " ".join(cell for cell in cells if cell)[:80]
        raise SourceError(f"its first row ({shown}) has no column 话术内容; columns are {' '.join(HEAD[:4])}")
    return columns


def _script(cells: dict[str, str]) -> Script:
    content, title, rule = cells["content"], cells.get("title", ""), cells.get("rule", "")
    if not content:
        raise SourceError("话术内容 is empty; fill it in or take the row out")
    for name, text, limit in (
        ("话术内容", content, MAX_CONTENT),
        ("关键词", title, MAX_NAME),
        ("规则依据", rule, MAX_RULE),
    ):
        if len(text) > limit:
            raise SourceError(f"{name} has {len(text):,} characters; the limit is {limit:,}; shorten it")
    if "\n" in title:
        raise SourceError("关键词 has a line break; put the keywords in one line with 、 between them")
    return Script(_group(cells), title, content, _platform(cells.get("platform", "")), rule)


def _group(cells: dict[str, str]) -> tuple[str, ...]:
    one, two = cells.get("group", ""), cells.get("subgroup", "")
    # With a column of its own for the second level, a stroke belongs to the name.
    names = [one.replace("/", "／"), two.replace("/", "／")] if two else re.split(r"[/>]", one)
    group = tuple(name for part in names if (name := " ".join(part.split())))
    if len(group) > 2:
        raise SourceError(f"分组 {one[:40]!r} has {len(group)} levels; the limit is 2, as in 售后/退款")
    if any(len(name) > MAX_NAME for name in group):
        raise SourceError(f"分组 {one[:20]!r}... is longer than {MAX_NAME} characters; shorten it")
    return group


def _platform(name: str) -> str | None:
    if name.lower() in EVERY:
        return None
    known = normalise_platform(name)
    if known is None:
        raise SourceError(f"平台 {name[:40]!r} is not known; known are {' '.join(PLATFORMS)}, empty for all")
    return known


def _tidy(cell: str) -> str:
    """A cell's words as written, without what no tool shows; its line breaks as \\n."""
    return _UNSEEN.sub("", cell.replace("\r\n", "\n").replace("\r", "\n")).strip()
