"""Trains the second reading: python -m eval.pair_training CORPUS ITEMS.jsonl [...] --contrast FILE.jsonl --out FILE.npz

Items are questions with gold evidence: each is read against its gold sentences and against what the desk finds for it.
Contrast sets bring rules of their own; an eighth of them is kept out, and read at the end. Held-out items are refused.
Leave questions out to fit eval/pair_fitting.py on.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.evidence import EvidenceFinder
from bot.question import read_question
from bot.reader import on_platform
from bot.scope import scope_of
from bot.vocabulary import Vocabulary
from eval.worlds import Item, is_gold, read_training
from index.encoders.e5_torch import E5Encoder
from index.encoders.pair_training import Example, TrainingTexts, Verdict, Weights, train
from index.encoders.pairs import PairNetwork
from index.npz import npz_bytes
from index.pairs import PairText, pair_text
from index.retriever import Retriever
from ingest.store import write_whole

HITS, READ = 12, 24
EPOCHS, RATE = 16, 1e-3
KEPT_OUT = 8  # every so manieth contrast set is not trained on


@dataclass(slots=True)
class _Texts:
    """Questions and sentences, each once, by number."""

    questions: dict[str, int] = field(default_factory=dict)
    sentences: dict[PairText, int] = field(default_factory=dict)

    def question(self, text: str) -> int:
        return self.questions.setdefault(text, len(self.questions))

    def sentence(self, lead: str, text: str) -> int:
        return self.sentences.setdefault(pair_text(lead, text), len(self.sentences))


@dataclass(frozen=True, slots=True)
class _Unseen:
    """A question and a rule that are not trained on; the rule's verdict, None where it does not decide."""

    file: str
    question: int
    sentence: int
    verdict: Verdict | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the weights after each epoch; returns 2 where held-out items are among those given."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.pair_training", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("items", type=Path, nargs="+")
    parser.add_argument("--contrast", type=Path, action="append", default=[])
    parser.add_argument("--start", type=Path, help="weights to begin from, in place of chance")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    items = read_training(options.items)
    if items is None:
        return 2
    texts = _Texts()
    examples = list(_asked_of(Retriever.open(options.corpus), items, texts))
    unseen: list[_Unseen] = []
    for path in options.contrast:
        examples += _contrasts(path, texts, unseen)
    _tell(f"{len(examples)} examples, {len(texts.questions)} questions, {len(texts.sentences)} sentences")
    encoder = E5Encoder()
    states = TrainingTexts(
        encoder.all_query_states(list(texts.questions)), encoder.passage_states(list(texts.sentences))
    )
    _tell("all texts are encoded")
    start = dict(np.load(options.start)) if options.start else None
    epochs = train(states, examples, options.epochs, options.rate, start=start)
    for epoch, (loss, weights) in enumerate(epochs, start=1):
        _tell(f"epoch {epoch} of {options.epochs}: loss {loss:.3f}")
        write_whole(options.out, npz_bytes(weights))
        if epoch % 4 == 0 or epoch == options.epochs:
            _tell_unseen(weights, states, unseen)
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _tell_unseen(weights: Weights, states: TrainingTexts, unseen: Sequence[_Unseen]) -> None:
    """What the network makes of the contrast sets that were kept out, file by file."""
    network = PairNetwork(weights)
    for file in dict.fromkeys(u.file for u in unseen):
        asked = [u for u in unseen if u.file == file]
        read = np.concatenate(
            [
                network.read(
                    network.tokens(states.questions[u.question]), [network.tokens(states.sentences[u.sentence])]
                )
                for u in asked
            ]
        )
        decided = np.array([u.verdict is not None for u in asked])
        polar = np.array([u.verdict in ("yes", "no") for u in asked])
        yes = np.array([u.verdict == "yes" for u in asked])[polar]
        right = (read[polar, 1] > 0) == yes
        surest = right[np.argsort(-np.abs(read[polar, 1]))[: len(right) // 2]]
        depends = np.array([u.verdict == "depends" for u in asked])[decided]
        _tell(
            f"  {file}: decided or not, area {_area(decided, read[:, 0]):.3f} of {len(asked)}; "
            f"verdict right {right.mean():.3f} of {len(right)}, surest half {surest.mean():.3f}; "
            f"depends, area {_area(depends, read[decided, 2]):.3f} of {depends.sum()}"
        )


def _area(wanted: Any, scores: Any) -> float:
    """Under the ROC curve; no number where all are of one kind."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(wanted, scores)) if 0 < wanted.sum() < len(wanted) else float("nan")


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
        verdict = item.get("verdict")
        rest = tuple(n for n in dict.fromkeys(others) if n not in answering)
        yield Example(texts.question(item["question"]), tuple((n, verdict) for n in deciding), rest)


def _contrasts(path: Path, texts: _Texts, unseen: list[_Unseen]) -> Iterator[Example]:
    """Nearly the same rules, each read with the same questions, which some of them decide and others do not."""
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        rules = {which: texts.sentence(one["head"] or "", rule) for which, rule in one["rules"].items()}
        kept_out = zlib.crc32(one["id"].encode()) % KEPT_OUT == 0
        for item in one["questions"]:
            asked = texts.question(item["question"])
            told = {n: item[which] for which, n in rules.items() if item.get(which) is not None}
            if kept_out:
                unseen += [_Unseen(path.stem, asked, n, told.get(n)) for n in rules.values()]
            else:
                yield Example(asked, tuple(told.items()), tuple(n for n in rules.values() if n not in told))


if __name__ == "__main__":
    sys.exit(main())
