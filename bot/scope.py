"""What a sentence's rule says around it: the rest of its numbered rule, and the heads and leads it stands under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.evidence import Evidence, EvidenceFinder
from bot.figures import Figure, figures_in
from index.units import leads_at
from ingest.articles import Article
from ingest.sections import Section
from ingest.sentences import LEADS_ON, sentence_spans, trim

# A section without numbered rules is told in neighbours: this many characters around a sentence still speak of it.
NEAR = 160


@dataclass(frozen=True, slots=True)
class Scope:
    """Spans of an article, nearest first: the sentence, the rest of its rule, then the heads and leads above it."""

    article: Article
    sentence: tuple[int, int]
    rule: tuple[int, int]
    leads: tuple[tuple[int, int], ...]
    path: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, with the title and headings, for matching."""
        spans = [self.rule, *self.leads]
        return "\n".join([self.article.title, *self.path, *(self.article.text[s:e] for s, e in spans)])

    def figures(self) -> list[tuple[int, Figure]]:
        """The figures in scope with their distance: 0 in the sentence, 1 in its rule, 2 and more in the leads."""
        text = self.article.text
        found = [(0, f) for f in figures_in(text, *self.sentence)]
        for distance, (start, end) in enumerate((self.rule, *self.leads), start=1):
            seen = {f.start for _, f in found}
            found += [(distance, f) for f in figures_in(text, start, end) if f.start not in seen]
        return found

    def sentence_holding(self, figure: Figure) -> tuple[int, int]:
        """The sentence in scope that a figure stands in."""
        for start, end in (self.sentence, self.rule, *self.leads):
            for span in sentence_spans(self.article.text, start, end):
                if span[0] <= figure.start < span[1]:
                    return span
        return figure.start, figure.end


def scope_of(finder: EvidenceFinder, article: Article, evidence: Evidence) -> Scope:
    """The scope of an evidence sentence."""
    chain = finder.chain(article.article_id, evidence.start)
    sentence = (evidence.start, evidence.end)
    rule = _rule(article.text, chain, sentence)
    leads = leads_at(article.text, chain, evidence.start)
    leads = [lead for lead in leads if not rule[0] <= lead[0] < rule[1]]
    return Scope(article, sentence, rule, tuple(leads), chain[-1].path if chain else ())


def _rule(text: str, chain: Sequence[Section], sentence: tuple[int, int]) -> tuple[int, int]:
    """The numbered rule around the sentence, or what stands near it where the text has no numbers."""
    if chain:
        leaf = chain[-1]
        start, end = trim(text, leaf.start, leaf.own_end)
    else:
        start, end = 0, len(text)
    start, end = max(start, sentence[0] - NEAR), min(end, sentence[1] + NEAR)
    inside = sentence_spans(text, start, end)
    # Sentences that the window cut are left out, unless it is the sentence itself.
    whole = [s for s in inside if s == sentence or _is_whole(text, s)]
    while whole and whole[-1] != sentence and text[whole[-1][1] - 1] in LEADS_ON:
        whole.pop()  # words that lead on to what follows speak of that
    if not whole:
        return sentence
    return min(sentence[0], whole[0][0]), max(sentence[1], whole[-1][1])


def _is_whole(text: str, span: tuple[int, int]) -> bool:
    before = text[: span[0]].rstrip()
    return not before or before[-1] in "。！？!?；;.)）:：\n" or text[span[0] - 1].isspace()
