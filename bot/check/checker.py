"""The reply check itself: a draft in, its findings with exact citations out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answers import Citation
from bot.check.citing import Citer
from bot.check.disguise import Unmasker
from bot.check.draft_reader import DraftReader
from bot.check.hints import load_hints
from bot.check.lexicon import extract
from bot.check.listed import ListedWords
from bot.check.normalise import View, fold, is_cjk
from bot.check.patterns import Breaches, load_breaches
from bot.check.polarity import Polarity
from bot.check.rivals import RivalNames
from bot.check.rulebook import Rulebook, figures
from bot.check.spot import Mark, find_marks
from bot.check.suspicion import LabelReader, ReadOnce, not_cleared, suspect
from bot.findings import CheckResult, Finding
from index.encoders.loading import TokenSource
from ingest.articles import Article, Passage

_SUSPECTED = {"zh": "疑似:", "en": "Possibly: "}
_FALLBACK = {
    "zh": "(规则库里没有{platform}的同一规定,所引规则出自{others})",
    "en": " (the corpus has no such rule for {platform}; the one cited is for {others})",
}


class ReplyChecker:
    """Marks the words of a draft that breach a rule of these articles; safe to call from several threads.

    A label whose rule the corpus does not hold stays silent. `passages` belong to `articles`; they give the platforms
    of a section and the passage ids of the citations.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        passages: Sequence[Passage],
        breaches: Breaches | None = None,
        tokens: TokenSource | None = None,
    ) -> None:
        """Reads the rules once (about 0.3 s for 40 articles). `breaches` defaults to the packaged data; with `tokens`
        drafts are also read as a whole."""
        self._data = breaches or load_breaches()
        self._polarity = Polarity(self._data.polarity)
        self._unmasker = Unmasker(self._data.names, self._data.near_names)
        self._book = Rulebook(articles, passages)
        known = self._data.lists.known  # names that the patterns weigh better than a bare list does
        entries = [e for e in extract(self._book, self._data.lists) if e.word not in known]
        self._listed = ListedWords(entries, self._data.everyday, self._polarity)
        self._citer = Citer(self._book, self._data.labels)
        self._rivals = RivalNames(self._data.rivals)
        self._reader: LabelReader = DraftReader(tokens) if tokens is not None else load_hints()

    def check(self, draft: str, platform: str | None = None, item_id: str | None = None) -> CheckResult:
        """The findings of a draft, in the order of the text. `platform` is a house name (京东) or None for unknown."""
        view = self._unmasker.unmask(fold(draft))
        if not view.text:
            return CheckResult(draft, (), item_id)
        marks = [m for label in self._data.labels.values() for m in find_marks(view, label, self._polarity)]
        reader = ReadOnce(self._reader)
        marks = not_cleared(view, marks, reader)  # what the rules' own lists name stays a breach
        marks += self._listed.find(view, platform)
        marks += self._rivals.find(view, platform, self._citer)
        if not marks and (suspected := suspect(view, reader)) is not None:
            marks = [suspected]
        language = "zh" if any(is_cjk(c) for c in draft) else "en"
        findings: list[Finding] = []
        n = 1
        for mark in _settle(marks):
            finding = self._finding(view, mark, platform, language, n)
            if finding is not None:
                findings.append(finding)
                n += len(finding.citations)
        return CheckResult(draft, tuple(findings), item_id)

    def _finding(self, view: View, mark: Mark, platform: str | None, language: str, n: int) -> Finding | None:
        label = self._data.labels[mark.label]
        cited = self._citer.cite(label, mark, view.text[mark.start : mark.end], platform)
        if not cited:
            return None
        message = _SUSPECTED[language] + label.message[language] if mark.suspected else label.message[language]
        platforms = list(dict.fromkeys(p for u in cited for p in u.platforms))
        if platform and platforms and not any(u.applies_to(platform) for u in cited):
            message += _FALLBACK[language].format(platform=platform, others="、".join(platforms))
        citations: list[Citation] = [u.cite(n + i) for i, u in enumerate(cited)]
        penalty = next((f for u in cited if (f := figures(label.cite, u))), [])
        start, end = view.span(mark.start, mark.end)
        return Finding(
            label=label.name,
            severity="low" if mark.suspected else label.severity,
            start=start,
            end=end,
            message=message,
            penalty="、".join(penalty) or None,
            citations=tuple(citations),
            suggestion=label.suggestion[language],
        )


def _settle(marks: Sequence[Mark]) -> list[Mark]:
    """Marks of one label that touch become one; a rude phrase inside an insult adds its rule to the insult."""
    settled: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.start, -m.end)):
        for i, other in enumerate(settled):
            touching = mark.start < other.end and other.start < mark.end
            if touching and (mark.label == other.label or {mark.label, other.label} == {"abuse", "rude_phrase"}):
                label = mark.label if mark.label == other.label else "abuse"
                units = tuple(dict.fromkeys((*other.units, *mark.units)))
                settled[i] = replace(
                    other,
                    label=label,
                    start=min(mark.start, other.start),
                    end=max(mark.end, other.end),
                    terms=tuple(dict.fromkeys((*other.terms, *mark.terms))),
                    units=units,
                )
                break
        else:
            settled.append(mark)
    return settled
