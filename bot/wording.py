"""The short lines around the quotes, in the question's language; every sentence about a rule is the rule's own."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bot.answerable import Reason
from bot.answers import Citation, Conflict, Language, Verdict
from bot.facts import has_english, in_english
from bot.figures import figures_in
from bot.question import Question
from ingest.platforms import uncovered_platforms

OLD_AFTER_DAYS = 3 * 365
EN_PLATFORMS = {
    "淘宝": "Taobao", "天猫": "Tmall", "京东": "JD", "拼多多": "Pinduoduo",
    "抖音": "Douyin", "快手": "Kuaishou", "1688": "1688",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A citation and why it is given: rule, figure, penalty or also."""

    citation: Citation
    role: str


@cache
def _all_words() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(resources.files("bot").joinpath("wording.json").read_text(encoding="utf-8"))
    return data


def words(language: Language) -> dict[str, Any]:
    """The templates of a language."""
    table: dict[str, Any] = _all_words()[language]
    return table


def answer_text(
    question: Question,
    verdict: Verdict | None,
    parts: Sequence[Part],
    conflicts: Sequence[Conflict],
    today: datetime.date,
    fallback_for: str | None = None,
) -> str:
    """The answer: verdict, quotes with [n], warnings."""
    language = question.query.language
    table = words(language)
    lines = []
    if fallback_for:
        lines.append(table["fallback"].format(asked=platform_name(fallback_for, language)))
    if verdict and question.form != "open":
        lines.append(table["verdict"][question.form][verdict])
    platforms = {p.citation.platforms for p in parts}
    for part in parts:
        lines.append(_quote_line(part, table, language, several=len(platforms) > 1))
    for conflict in conflicts:
        lines.append(_conflict_line(conflict, table))
    first = parts[0].citation.published if parts else None
    if first and (today - datetime.date.fromisoformat(first)).days > OLD_AFTER_DAYS:
        lines.append(table["old"].format(date=first))
    return "\n".join(lines)


def _quote_line(part: Part, table: dict[str, Any], language: Language, several: bool) -> str:
    citation = part.citation
    name = "/".join(platform_name(p, language) for p in citation.platforms)
    lead = (
        table[f"{part.role}_on"].format(platform=name)
        if several and name and f"{part.role}_on" in table
        else table[part.role]
    )
    left, right = table["quote"]
    quote = " ".join(citation.quote.split("\n"))
    line = f"{lead}{left}{quote}{right}[{citation.n}]"
    if language == "en":
        # 「一次」 and 「一个」 count nothing that a reader must be told.
        told = [f for f in figures_in(citation.quote) if has_english(f) and (f.kind != "count" or f.value != 1)]
        figures = list(dict.fromkeys(in_english(f) for f in told))[:6]
        line += f" ({', '.join(figures)})" if figures else ""
    return line


def _conflict_line(conflict: Conflict, table: dict[str, Any]) -> str:
    preferred = next((s for s in conflict.sides if s.citation == conflict.prefer), None)
    if preferred is None:
        return str(table["conflict_undated"]).format(topic=conflict.topic)
    return str(table["conflict"]).format(topic=conflict.topic, n=preferred.citation, date=preferred.published)


def refusal_text(question: Question, reason: Reason, nearest: Citation | None) -> str:
    """Why there is no answer, and the nearest thing that the rules do say, by title (a refusal cites nothing)."""
    language = question.query.language
    table = words(language)
    line = str(table["refusal"][reason or "matter_silent"])
    if "{name}" in line:
        line = line.format(name=_asked_platform(question, language))
    if nearest is None or reason in ("small_talk", "instructions"):
        return line
    about = [platform_name(p, language) for p in nearest.platforms] + ([nearest.published] if nearest.published else [])
    separator = ", " if language == "en" else "、"
    return (
        line
        + "\n"
        + str(table["nearest"]).format(
            title=nearest.title,
            about=separator.join(about) or "-",
            quote=table["quote"][0] + nearest.quote + table["quote"][1],
        )
    )


def _asked_platform(question: Question, language: Language) -> str:
    strangers = uncovered_platforms(question.text)
    if strangers:
        return strangers[0]
    return "/".join(platform_name(p, language) for p in question.query.platforms)


def platform_name(platform: str, language: Language) -> str:
    """A platform's name in the reader's language."""
    return EN_PLATFORMS.get(platform, platform) if language == "en" else platform
