"""Answers and findings as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers import Answer, Citation, Conflict, Language
from bot.conflicts.finder import CorpusConflict
from bot.findings import CheckResult

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "rules": "规则这样说",
        "silent": "规则没有写",
        "fact": "数字",
        "conflict": "规则不一致",
        "newer": "较新",
        "none": "未注明日期",
    },
    "en": {
        "rules": "What the rules say",
        "silent": "The rules are silent",
        "fact": "figure",
        "conflict": "the rules disagree",
        "newer": "newer",
        "none": "undated",
    },
}
_SEVERITY = {"high": "!!!", "medium": "!!", "low": "!"}


def answer_lines(answer: Answer, bold: bool = False) -> list[str]:
    """The verdict, the text, numbered quotes with their place, figures and conflicts."""
    words = _WORDS[answer.language]
    head = words["silent"] if answer.refused else words["rules"]
    # With a verdict the text begins with it.
    shown = answer.text.split("\n") if answer.verdict else [head, answer.text]
    lines = [f"\x1b[1m{shown[0]}\x1b[0m" if bold else shown[0], *shown[1:]]
    lines += [""] if answer.citations else []
    for citation in answer.citations:
        quote = _quote(citation, words["none"])
        # The text mostly holds the quotes already: then only their places follow.
        lines += [f"[{citation.n}] {quote[1].strip()}"] if citation.quote in answer.text else quote
    if answer.facts:
        lines.append("")
        lines += [f"{words['fact']}: {fact.text} [{fact.citation}]" for fact in answer.facts]
    for conflict in answer.conflicts:
        lines += ["", *_conflict(conflict, words)]
    return lines


def check_lines(result: CheckResult) -> list[str]:
    """Each finding with its words, what to write instead, and the rule; one line where there is none."""
    if result.ok:
        return ["OK: 没有发现违规用语 (nothing found that breaks a rule)"]
    lines: list[str] = []
    for finding in result.findings:
        words = result.draft[finding.start : finding.end]
        lines.append(f"{_SEVERITY[finding.severity]} {finding.label} 「{words}」 {finding.message}")
        if finding.penalty:
            lines.append(f"    {finding.penalty}")
        if finding.suggestion:
            lines.append(f"    → {finding.suggestion}")
        for citation in finding.citations:
            lines += [f"    {line}" for line in _quote(citation, "")]
    return lines


def conflict_lines(conflicts: Sequence[CorpusConflict]) -> list[str]:
    """Each conflict of a corpus with its sides, the newer one marked where the dates decide."""
    lines = [f"{len(conflicts)} conflict(s)"]
    for conflict in conflicts:
        lines += ["", " · ".join([conflict.topic, *conflict.platforms])]
        for at, side in enumerate(conflict.sides):
            mark = "*" if at == conflict.prefer else " "
            lines.append(f"  {mark} {side.published or 'undated'} {side.title}: {' '.join(side.text.split())}")
    return lines


def _quote(citation: Citation, undated: str) -> list[str]:
    place = [citation.title, " ".join(citation.platforms), citation.published or undated]
    return [f"[{citation.n}] 「{citation.quote}」", "    " + " · ".join(p for p in place if p)]


def _conflict(conflict: Conflict, words: dict[str, str]) -> list[str]:
    lines = [f"{words['conflict']}: {conflict.topic}"]
    for side in conflict.sides:
        newer = f" ({words['newer']})" if side.citation == conflict.prefer else ""
        dated = side.published or words["none"]
        lines.append(f"    [{side.citation}] {side.text} · {dated}{newer}")
    return lines
