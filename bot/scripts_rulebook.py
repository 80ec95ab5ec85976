"""What scripts need of a rulebook, read without an index or a model: the reply check, and the desk's own replies."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.check.checker import ReplyChecker
from bot.scripts import Script
from bot.starter import rulebook_folder
from bot.suggestions import Line, reply_lines
from bot.vocabulary import key_terms
from index.glossary import domain_glossary
from index.query import CONCEPT
from ingest.articles import Article
from ingest.pipeline import ingest
from ingest.platforms import PLATFORMS
from ingest.sentences import sentence_spans
from ingest.store import Corpus, read_corpus

GROUP = "规则台建议"
MAX_QUOTE = 200  # characters: a longer sentence is a list and bears nothing exact
# What makes a sentence bear a line out: two concepts of it and a word that binds; one concept wants points besides.
_FORBIDS = re.compile("不得|不能|不可|不要|禁止|违规|扣\\s?\\d")
_BINDS = re.compile(_FORBIDS.pattern + "|须|应[当该说先]|[由要].{0,12}承担")
_POINTS = re.compile("扣\\s?\\d{1,2}\\s?分")
_Rank = tuple[int, str, int]  # concepts shared, the date, the shorter the better


@dataclass(frozen=True, slots=True)
class Rules:
    """The articles of a corpus with the reply check over them."""

    articles: tuple[Article, ...]
    checker: ReplyChecker

    def suggested(self) -> list[Script]:
        """The desk's own lines, each for the platforms whose rules bear it out, with that rule's words."""
        return [script for line in reply_lines() for script in self._scripts(line)]

    def _scripts(self, line: Line) -> Iterator[Script]:
        best: dict[str | None, tuple[_Rank, Article, str]] = {}
        for found in self._quotes(line):
            platform = found[1].platforms[0] if len(found[1].platforms) == 1 else None
            if platform not in best or found[0] > best[platform][0]:
                best[platform] = found
        for platform in (None, *PLATFORMS):
            if platform in best and self.checker.check(line.zh, platform).ok:
                _, article, quote = best[platform]
                place = " · ".join(p for p in (article.title, " ".join(article.platforms), article.published) if p)
                yield Script((GROUP,), _keywords(line), line.zh, platform, f"「{quote}」{place}")

    def _quotes(self, line: Line) -> Iterator[tuple[_Rank, Article, str]]:
        binds = _FORBIDS if line.verdicts == {"no"} else _BINDS
        for article in self.articles:
            heads = {heading.start for heading in article.headings}
            for start, end in sentence_spans(article.text):
                quote = article.text[start:end]
                if len(quote) > MAX_QUOTE or start in heads or not binds.search(quote):
                    continue
                terms = key_terms(quote)
                some = len(line.some & terms)
                if not line.every <= terms or (line.some and not some):
                    continue
                if len(line.every) + some > 1 or _POINTS.search(quote):
                    yield (some, article.published or "", -len(quote)), article, quote


def open_rules(corpus: Path | None) -> Rules:
    """The rules of a corpus folder, or of the starter rulebook. Raises CorpusError where the folder is no corpus."""
    stored = read_corpus(corpus) if corpus else _starter()
    articles = tuple(article for article in stored.articles if article.kind == "rules")
    return Rules(articles, ReplyChecker(articles, stored.passages))


def _starter() -> Corpus:
    with tempfile.TemporaryDirectory() as folder:
        ingest([str(rulebook_folder())], Path(folder))
        return read_corpus(Path(folder))


def _keywords(line: Line) -> str:
    """What the line is about, in the glossary's first Chinese form of each concept."""
    names = sorted(line.every) or sorted(line.some)
    forms = domain_glossary().first_forms
    return "、".join(dict.fromkeys(forms[n.removeprefix(CONCEPT)] for n in names))
