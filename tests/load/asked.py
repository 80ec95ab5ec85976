"""What users ask: never the same twice, which is the worst case; or as in a shop, where a few are most of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence

VARIETY = 3_000  # different wordings that come up in a day


def distinct(words: Sequence[str]) -> Iterator[str]:
    """Questions of which no two are the same: no kept answer helps."""
    for number in itertools.count():
        yield f"{words[number % len(words)]}({number})"


def repeated(words: Sequence[str], variety: int = VARIETY, seed: int = 7) -> Iterator[str]:
    """Questions drawn by Zipf's law: the n-th most frequent wording comes 1/n as often as the first."""
    draw = random.Random(seed)
    pool = [f"{words[n % len(words)]}({seed}.{n // len(words)})" for n in range(variety)]
    draw.shuffle(pool)
    shares = list(itertools.accumulate(1 / rank for rank in range(1, variety + 1)))
    while True:
        yield from draw.choices(pool, cum_weights=shares, k=1_000)
