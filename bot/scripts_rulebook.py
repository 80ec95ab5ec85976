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
from ingest.sentences import sentence_spans
from ingest.store import Corpus, read_corpus

# A sentence that asks or allows something; headings and lists of topics name a matter without ruling on it.
_RULES = re.compile(
    "不得|不能|不可|不要|应当?|须|必须|需要?|可以?|支持|承担|[由给为].{1,12}(?:出|付|处理|办理)|扣\\s?\\d"
)
GROUP = "规则台建议"
MAX_QUOTE = 200  # characters: a longer sentence is a list and rests a line on nothing exact


@dataclass(frozen=True, slots=True)
class Rules:
    """The articles of a corpus with the reply check over them."""

    articles: tuple[Article, ...]
    checker: ReplyChecker

    def suggested(self) -> list[Script]:
        """The desk's own lines that a rule of this corpus bears out, each with that rule's words."""
        return [script for line in reply_lines() if (script := self._script(line)) is not None]

    def _script(self, line: Line) -> Script | None:
        if not self.checker.check(line.zh).ok:
            return None
        found = max(self._quotes(line), key=lambda one: one[0], default=None)
        if found is None:
            return None
        _, article, quote = found
        place = " · ".join(p for p in (article.title, " ".join(article.platforms), article.published) if p)
        return Script((GROUP,), _keywords(line), line.zh, None, f"「{quote}」{place}")

    def _quotes(self, line: Line) -> Iterator[tuple[tuple[int, str, int], Article, str]]:
        for article in self.articles:
            for start, end in sentence_spans(article.text):
                quote = article.text[start:end]
                if len(quote) > MAX_QUOTE or not _RULES.search(quote) or start in {h.start for h in article.headings}:
                    continue
                terms = key_terms(quote)
                if line.every <= terms and (not line.some or line.some & terms):
                    shared = len(line.some & terms)
                    yield (shared, article.published or "", -len(quote)), article, quote


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
