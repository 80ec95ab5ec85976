"""A draft read whole, by a small network over the tokens of multilingual-e5-small and by its characters (hints.py):
what no pattern knows, and what patterns take for a breach that is none. Together they err less than either.

It only points. What it suspects is told as a suspicion; a word list of the rules is believed whatever it says. Its
weights (drafts.npz) are made by `python -m bot.check.train` from the drafts beside them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from bot.check.hints import load_hints
from index.encoders.loading import TokenSource
from index.npz import named_arrays

WEIGHTS = "drafts.npz"
# Among the weights: the names of the kinds, and the digests of the drafts and of the tokens' network they learnt from.
LABELS, DRAFTS, PAIRS = "labels", "drafts", "pairs"
SUSPECTED, CLEARED = 0.6, 0.06  # see LabelReader; from groups of drafts that neither was trained on


class DraftReader:
    """Reads folded drafts; safe to share between threads."""

    suspected, cleared = SUSPECTED, CLEARED

    def __init__(self, tokens: TokenSource, weights: Mapping[str, Any] | None = None) -> None:
        """`weights` defaults to the packaged ones."""
        # With torch behind it, which commands that read no draft need not wait for.
        from index.encoders.text_classes import TextClassifier

        named = dict(weights if weights is not None else shipped_weights())
        for digest in (DRAFTS, PAIRS):
            named.pop(digest, None)
        self._labels: list[str] = [str(name) for name in named.pop(LABELS)]
        self._network = TextClassifier(named)
        self._tokens = tokens
        self._hints = load_hints()

    def shares(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each text the probability of each label, `clean` among them."""
        read = self._network.shares(self._tokens.line_tokens(texts))
        found = []
        for row, hinted in zip(read, self._hints.shares(texts), strict=True):
            both = {name: math.sqrt(share * hinted[name]) for name, share in zip(self._labels, row, strict=True)}
            total = sum(both.values())
            found.append({name: share / total for name, share in both.items()})
        return found


@cache
def shipped_weights() -> dict[str, Any]:
    """The packaged weights by name."""
    return named_arrays(resources.files("bot.check").joinpath(WEIGHTS).read_bytes())
