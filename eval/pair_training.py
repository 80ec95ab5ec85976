"""Trains the second reading: python -m eval.pair_training CORPUS ITEMS.jsonl [...] --contrast FILE.jsonl --out FILE.npz

Items are questions with gold evidence: each is read against its gold sentences and against what the desk finds for it.
Contrast sets bring rules of their own. Held-out items are refused. Leave questions out to fit eval/pair_fitting.py on.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bot.evidence import EvidenceFinder
from bot.question import read_question
from bot.reader import on_platform
from bot.scope import scope_of
from bot.vocabulary import Vocabulary
from eval.worlds import Item, is_gold, read_training
from index.encoders.e5_torch import E5Encoder
from index.encoders.pair_training import Example, train
from index.pairs import PairText, pair_text
from index.retriever import Retriever
from ingest.store import write_whole

HITS, READ = 12, 24
EPOCHS, RATE = 16, 1e-3
VERDICTS = {"yes": True, "no": False}


@dataclass(slots=True)
class _Texts:
    """Questions and sentences, each once, by number."""

    questions: dict[str, int] = field(default_factory=dict)
    sentences: dict[PairText, int] = field(default_factory=dict)

    def question(self, text: str) -> int:
        return self.questions.setdefault(text, len(self.questions))

    def sentence(self, lead: str, text: str) -> int:
        return self.sentences.setdefault(pair_text(lead, text), len(self.sentences))


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the weights; returns 2 where held-out items are among those given."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.pair_training", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("items", type=Path, nargs="+")
    parser.add_argument("--contrast", type=Path, action="append", default=[])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    items = read_training(options.items)
    if items is None:
        return 2
    texts = _Texts()
    examples = list(_asked_of(Retriever.open(options.corpus), items, texts))
    for path in options.contrast:
        examples += _contrasts(path, texts)
    _tell(f"{len(examples)} examples, {len(texts.questions)} questions, {len(texts.sentences)} sentences")
    encoder = E5Encoder()
    questions = [encoder.query_states(q) for q in texts.questions]
    sentences = encoder.passage_states(list(texts.sentences))
    weights = train(questions, sentences, examples, options.epochs, RATE, told=_tell)
    out = io.BytesIO()
    np.savez_compressed(out, **weights)
    write_whole(options.out, out.getvalue())
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _asked_of(retriever: Retriever, items: Sequence[Item], texts: _Texts) -> Iterator[Example]:
    """Each question with the sentences that the desk finds for it."""
    vocabulary = Vocabulary(retriever.articles, retriever.sentences())
    finder = EvidenceFinder(retriever.articles, vocabulary)
    for item in items:
        question = read_question(item["question"], item.get("platform"))
        answering: dict[int, bool] = {}
        others: list[int] = []
        hits = retriever.search(question.query, HITS)
        for place, one in enumerate(on_platform(question, finder.find(question, hits))):
            article = retriever.articles[one.passage.article_id]
            gold = item["answerable"] and is_gold(item, one, article)
            if place >= READ and not gold:
                continue
            scope = scope_of(finder, article, one)
            lead = " ".join([*scope.path, *(article.text[s:e] for s, e in scope.leads)])
            number = texts.sentence(lead, one.text)
            if gold:
                answering[number] = item.get("deciding", "") in one.text
            else:
                others.append(number)
        deciding = tuple(n for n, decides in answering.items() if decides) or tuple(answering)
        yes = VERDICTS.get(item.get("verdict") or "") if answering else None
        rest = tuple(n for n in dict.fromkeys(others) if n not in answering)
        yield Example(texts.question(item["question"]), deciding, rest, yes)


def _contrasts(path: Path, texts: _Texts) -> Iterator[Example]:
    """Nearly the same rules, each read with the same questions, which some of them decide and others do not."""
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        for item in one["questions"]:
            asked = texts.question(item["question"])
            for which, rule in one["rules"].items():
                sentence = texts.sentence(one["head"] or "", rule)
                if item.get(which) is None:
                    yield Example(asked, (), (sentence,), None)
                else:
                    yield Example(asked, (sentence,), (), VERDICTS[item[which]])


if __name__ == "__main__":
    sys.exit(main())
