"""Figures of the cited quotes as facts: normalised, tied to their citation, the kind that was asked for first."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers import Citation, Fact
from bot.figures import Figure, figures_in
from bot.question import Question

_EN_UNITS = {"分": "points", "元": "yuan", "%": "%"}
_EN_COUNT = {
    "倍": "times", "次": "times", "笔": "orders", "单": "orders", "件": "items", "个": "", "位": "people", "人": "people", "名": "people",
    "张": "sheets", "种": "kinds", "条": "items", "项": "items", "家": "shops", "px": "px", "像素": "px", "期": "instalments", "折": "tenths of the price", "岁": "years of age",
}  # fmt: skip
MAX_FACTS = 8


def facts_of(question: Question, citations: Sequence[Citation]) -> list[Fact]:
    """The figures in the quotes, each once, those asked for first, then in the order of the citations. A count that
    nobody asked for (「共3点」) gives way to points, money and times."""
    found: list[tuple[int, Figure]] = []
    seen = set()
    for citation in citations:
        for figure in figures_in(citation.quote):
            if figure.key not in seen:
                seen.add(figure.key)
                found.append((citation.n, figure))
    telling = [(n, f) for n, f in found if f.kind != "count" or question.wants_figure(f)]
    found = telling or found
    found.sort(key=lambda pair: 0 if question.wants_figure(pair[1]) else 1)
    return [Fact(f.kind, f.value, f.text, n) for n, f in found[:MAX_FACTS]]


def has_english(figure: Figure) -> bool:
    """Whether a figure says something outside its sentence: 「共3点」 counts what only the Chinese words name."""
    return figure.kind != "count" or figure.unit in _EN_COUNT


def in_english(figure: Figure) -> str:
    """A figure for an English reader: 72小时 -> "72 hours", 2万元 -> "20,000 yuan"."""
    if figure.kind == "duration":
        return _english_time(figure)
    value = f"{figure.value:,.2f}".rstrip("0").rstrip(".")
    if figure.kind == "percent":
        return f"{value}%"
    if figure.kind == "count":
        unit = _EN_COUNT.get(figure.unit, figure.unit)
        return f"{value} {unit}".strip()
    unit = _EN_UNITS[figure.unit]
    return f"{value} {unit[:-1] if figure.value == 1 and unit == 'points' else unit}"


def _english_time(figure: Figure) -> str:
    unit = figure.unit
    name, hours = next(
        (n, h)
        for part, n, h in (
            ("工作日", "working day", 24.0), ("自然日", "calendar day", 24.0), ("秒", "second", 1 / 3600), ("分钟", "minute", 1 / 60), ("小时", "hour", 1.0),
            ("天", "day", 24.0), ("日", "day", 24.0), ("星期", "week", 168.0), ("周", "week", 168.0), ("月", "month", 720.0), ("季", "quarter", 2160.0),
            ("年", "year", 8760.0), ("", "hour", 1.0),
        )
        if part in unit
    )  # fmt: skip
    count = figure.value / hours
    value = f"{count:.2f}".rstrip("0").rstrip(".")
    return f"{value} {name}{'' if value == '1' else 's'}"
