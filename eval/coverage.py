"""Which source article feeds which rulebook article, and whether its figures arrived: writes corpus/COVERAGE.md.

    python -m eval.coverage [--pages DIR] [--check]

A figure is a number with a unit. Notation does not count: 百分之三十 is 30%, 七十二小时 is 72小时, 2万元 is 20000元,
三日 is 3天. A figure of a source article must stand in the rulebook article that the source feeds, or on the list
corpus/figures_left_out.jsonl with a reason.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.frontmatter import parse_markdown
from ingest.saved_pages import parse_saved_page

ROOT = Path(__file__).resolve().parent.parent
PAGES_VARIABLE = "RULEDESK_PAGES"
PAGES_BESIDE = ROOT.parent / "shared" / "seeds"

_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_SCALES = {"十": 10, "百": 100, "千": 1000}
_N = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+)"

# Order matters: the first pattern that fits takes the characters, so that 5分钟 is no 5分 and 5月31日 no 31天.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("date", rf"(?:(?P<y>20\d\d)年)?(?P<m>{_N})月(?P<d>{_N})[日号]?"),
    ("date", r"(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)"),
    ("year", r"20\d\d年"),
    ("clock", r"(?<![\d:\uff1a])\d{1,2}[:\uff1a]\s?\d\d(?:[:\uff1a]\s?\d\d)?"),
    ("px", r"(?P<w>\d+)\s*[*×xX]\s*(?P<h>\d+)(?!\d|\s*小时)(?:\s*px)?"),
    ("%", rf"百分之(?P<n>{_N})"),
    ("%", r"(?P<n>\d+(?:\.\d+)?)\s*[%％]"),
    ("元", rf"(?P<n>{_N})\s*(?P<w>万)元"),
    ("元", r"(?P<n>\d+(?:\.\d+)?)\s*(?P<w>万)(?![级能人达家个位])"),
    ("元", rf"(?P<n>{_N})\s*元"),
    ("元", r"(?P<n>[二两三四五六七八九十百千]+|\d+)块(?!儿|地|内)"),
    ("小时", rf"(?P<n>{_N})\s*个?(?:小时|钟头)"),
    ("分钟", rf"(?P<n>{_N})\s*分钟"),
    ("秒", rf"(?P<n>{_N})\s*秒"),
    ("工作日", rf"(?P<n>{_N})\s*个?工作日"),
    ("天", rf"(?<![第周])(?P<n>{_N})\s*[天日](?!猫|常|报|期|用|子|志)"),
    ("周", rf"(?<!第)(?P<n>{_N})\s*(?:周(?!年)|个?星期)"),
    ("月", rf"(?P<n>{_N})\s*个(?:自然)?月"),
    ("年", r"(?<!第)(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十]+)\s*年(?!底|度|年|龄|轻|纪)"),
    ("分", r"(?P<n>\d+(?:\.\d+)?)\s*分(?!钟|期|之|类|公司|店|发)"),
    ("分", r"(?<=扣)(?P<n>[一二两三四五六七八九十]+)\s*分(?!钟|期|之|类)"),
    ("倍", rf"(?P<n>{_N})\s*倍"),
    ("px", r"(?P<n>\d+)\s*px"),
    *((unit, rf"(?P<n>\d+)\s*[余多]?{unit}(?!{unit})") for unit in "个位人次条种笔"),
    ("MB", r"(?P<n>\d+(?:\.\d+)?)\s*(?:MB|M)(?![A-Za-z])"),
    ("KB", r"(?P<n>\d+(?:\.\d+)?)\s*(?:KB|kb|[kK])(?![A-Za-z])"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_RANGE = re.compile(
    rf"(?P<low>{_N})\s*(?P<unit>[天日年%％元分]|小时|分钟|秒|px|[个位])?\s*[-~—至到]\s*(?P<high>{_N})\s*"
    r"(?P<last>小时|分钟|秒|px|工作日|[天日年%％元个位]|分(?!钟|期))"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One source article and its rulebook article. `figures` are the source's, in order; `missing` is unexplained."""

    page: str
    published: str
    title: str
    article_id: str
    figures: tuple[str, ...]
    carried: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The figures that neither stand in the rulebook article nor on the list."""
        return tuple(f for f in self.figures if f not in self.carried and f not in self.left_out)


def to_number(text: str) -> float:
    """Digits or Chinese numerals up to 9999 as a number; raises ValueError for anything else."""
    if text[0].isdigit():
        return float(text)
    total, current = 0, 0
    for char in text:
        if char in _SCALES:
            total, current = total + (current or 1) * _SCALES[char], 0
        elif char in _DIGITS:
            current = current * 10 + _DIGITS[char]
        else:
            raise ValueError(f"{text!r} is no number")
    return float(total + current)


def figures(text: str) -> tuple[str, ...]:
    """The figures of a text in one notation (30%, 72小时, 20000元), each once, in order of appearance."""
    text = _RANGE.sub(lambda m: f" {m['low']}{m['unit'] or m['last']} {m['high']}{m['last']} ", text)
    found = []
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(text):
            found += [(match.start(), order, figure) for order, figure in enumerate(_spell(kind, match))]
        text = pattern.sub(lambda m: "\0" * len(m[0]), text)
    return tuple(dict.fromkeys(figure for _, _, figure in sorted(found)))


def _spell(kind: str, match: re.Match[str]) -> list[str]:
    part = match.groupdict()
    if kind == "date":
        year = f"{part['y']}年" if part["y"] else ""
        return [f"{year}{to_number(part['m']):.0f}月{to_number(part['d']):.0f}日"]
    if kind in ("year", "clock"):
        return [re.sub(r"\s*[:\uff1a]\s*", ":", match[0])]
    if "h" in part:
        return [f"{int(part['w'])}px", f"{int(part['h'])}px"]
    value = to_number(part["n"]) * (10_000 if part.get("w") else 1)
    return [f"{value:.0f}{kind}" if value == int(value) else f"{value}{kind}"]


def load_left_out(path: Path) -> dict[tuple[str, str], str]:
    """(article id, figure in one notation) -> reason."""
    reasons = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        for figure in figures(entry["figure"]) or (entry["figure"],):
            reasons[entry["article_id"], figure] = entry["reason"]
    return reasons


def _page_keys(folder: Path) -> dict[str, str]:
    """Rulebook file stem -> the page and date its front matter names."""
    keys = {}
    for path in sorted(folder.glob("*.md")):
        match = re.search(r"^page:\s*(\S+)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)
        if not match:
            raise ValueError(f"{path.name}: the front matter lacks page; name page and date, as 002/2023-09-28")
        keys[path.stem] = match[1]
    return keys


def coverage(pages: Path, corpus: Path = ROOT / "corpus") -> list[Row]:
    """A row for each rules article of the pages. Raises ValueError where a source article feeds no rulebook article."""
    files = sorted((corpus / "rulebook").glob("*.md"))
    rulebook = {p.stem: parse_markdown(p.read_text(encoding="utf-8"), p.name) for p in files}
    keys = _page_keys(corpus / "rulebook")
    left_out = load_left_out(corpus / "figures_left_out.jsonl")
    rows = []
    for path in sorted(pages.glob("[0-9][0-9][0-9]_*.txt")):
        page = path.name[:3]
        for draft in parse_saved_page(path.read_text(encoding="utf-8"), path.name):
            if "考试试题" in draft.title:
                continue  # the exam is no rule; corpus/exam.jsonl restates it
            fed = [a for a, r in rulebook.items() if keys[a].startswith(page + "/") and r.published == draft.published]
            fed = [a for a in fed if rulebook[a].title == draft.title] if len(fed) > 1 else fed
            if len(fed) != 1:
                where = f"page {page}, {draft.published}, {draft.title}"
                raise ValueError(f"{where}: feeds {len(fed)} rulebook articles; it must feed one")
            own = set(figures(rulebook[fed[0]].title + "\n" + rulebook[fed[0]].text))
            source = figures(draft.title + "\n" + draft.text)
            carried = tuple(f for f in source if f in own)
            excused = tuple(f for f in source if f not in own and (fed[0], f) in left_out)
            rows.append(Row(page, draft.published or "", rulebook[fed[0]].title, fed[0], source, carried, excused))
    return rows


def render(rows: Sequence[Row], left_out: dict[tuple[str, str], str]) -> str:
    """The text of COVERAGE.md."""
    lines = [
        "# What the rulebook carries",
        "",
        "Generated by `python -m eval.coverage`; do not edit. Each source article feeds one rulebook article. A figure",
        "is a number with a unit in one notation (百分之三十 = 30%, 2万元 = 20000元, 三日 = 3天), each counted once.",
        "",
        "| page | date | source article | rulebook article | figures | in the rulebook | left out |",
        "|---|---|---|---|---:|---:|---:|",
    ]
    for r in rows:
        lines.append(
            f"| {r.page} | {r.published} | {r.title} | [{r.article_id}](rulebook/{r.article_id}.md) "
            f"| {len(r.figures)} | {len(r.carried)} | {len(r.left_out)} |"
        )
    total = [sum(len(getattr(r, name)) for r in rows) for name in ("figures", "carried", "left_out", "missing")]
    fed = len({r.article_id for r in rows})
    lines += [
        f"| | | {len(rows)} articles | {fed} articles | {total[0]} | {total[1]} | {total[2]} |",
        "",
        f"Figures that stand neither in the rulebook nor on the list: {total[3]}.",
        "",
        "## Figures left out",
        "",
        "| rulebook article | figure | reason |",
        "|---|---|---|",
    ]
    lines += [f"| {article} | {figure} | {reason} |" for (article, figure), reason in sorted(left_out.items())]
    return "\n".join(lines) + "\n"


def default_pages() -> Path:
    """The folder of source pages: the environment variable RULEDESK_PAGES, else the one beside the checkout."""
    return Path(os.environ.get(PAGES_VARIABLE) or PAGES_BESIDE)


def main(argv: Sequence[str] | None = None) -> int:
    """Write corpus/COVERAGE.md, or with --check compare it.

    Exit 0 done, 1 a figure is missing or the file is out of date, 2 no pages.
    """
    parser = argparse.ArgumentParser(prog="python -m eval.coverage", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=Path, default=default_pages(), help="folder of the source pages")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the file is out of date")
    args = parser.parse_args(argv)
    if not any(args.pages.glob("[0-9][0-9][0-9]_*.txt")):
        print(f"{args.pages}: no source pages; name their folder with --pages or {PAGES_VARIABLE}", file=sys.stderr)
        return 2
    rows = coverage(args.pages)
    text = render(rows, load_left_out(ROOT / "corpus" / "figures_left_out.jsonl"))
    target = ROOT / "corpus" / "COVERAGE.md"
    for row in rows:
        for figure in row.missing:
            print(f"{row.article_id}: {figure} is neither in the rulebook nor on the list", file=sys.stderr)
    if not args.check:
        target.write_text(text, encoding="utf-8")
    elif not target.is_file() or target.read_text(encoding="utf-8") != text:
        print("corpus/COVERAGE.md is out of date; run python -m eval.coverage", file=sys.stderr)
        return 1
    return 1 if any(row.missing for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
