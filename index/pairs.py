"""The sentences of an index as the pair network reads them: kept token by token, a byte a number, mapped when asked."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import numpy as np

VECTORS, SCALES, SPANS = "pairs.vectors.npy", "pairs.scales.npy", "pairs.spans.npy"
# Beyond it the tokens take more room than all else (130 bytes each, some 60 a sentence) and reading them all too long.
PAIRS_UP_TO = 20_000  # sentences
BATCH = 64
LEAD, TEXT = 40, 200  # characters of what a sentence stands under, of the sentence
Scores = np.ndarray[Any, np.dtype[np.float32]]
PairText = tuple[str, str]  # what the sentence stands under, the sentence


@dataclass(frozen=True, slots=True)
class PairTokens:
    """A text as the network reads it: float32 (tokens, width), and (tokens,) which of them are the text's own."""

    vectors: Scores
    own: Any


class Network(Protocol):
    """What reads pairs (index/encoders/pairs.py)."""

    def read(self, question: PairTokens, sentences: Sequence[PairTokens]) -> Scores:
        """float32 (sentences, 3)."""
        ...


@cache
def shipped_weights() -> bytes:
    """The file of the network's weights, as it ships with the desk."""
    return resources.files("index").joinpath("pairs.npz").read_bytes()


@cache
def pair_digest() -> str:
    """What identifies the weights: sentences that other ones have read are read anew."""
    return _digest(shipped_weights())


@cache
def shipped_narrowing() -> bytes:
    """The file of how tokens are narrowed for what reads lines and drafts."""
    return resources.files("index").joinpath("narrowing.npz").read_bytes()


@cache
def narrowing_digest() -> str:
    """What identifies that: a network reads the tokens that it was trained on, no others."""
    return _digest(shipped_narrowing())


def _digest(weights: bytes) -> str:
    return hashlib.sha256(weights).hexdigest()[:16]


def pair_keys(texts: Sequence[PairText]) -> list[str]:
    """What identifies texts, as this network reads them, for re-use of their tokens."""
    return [hashlib.sha256("\t".join([pair_digest(), *t]).encode()).hexdigest()[:20] for t in texts]


def pair_text(lead: str, sentence: str) -> PairText:
    """The end of what a sentence stands under, and the sentence, as far as they are read."""
    return lead[-LEAD:], sentence[:TEXT]


def pair_files(
    texts: Sequence[PairText], tokens_of: Callable[[Sequence[PairText]], Sequence[PairTokens]],
    known: Mapping[PairText, PairTokens], progress: Callable[[int], None],
) -> dict[str, bytes]:  # fmt: skip
    """The files of the sentences' tokens. A text that occurs again, or is `known`, is not read anew."""
    rows: dict[PairText, tuple[int, int, int]] = {}
    vectors, scales = [], []
    at = 0
    unread = [t for t in dict.fromkeys(texts) if t not in known]
    unread.sort(key=lambda t: len(t[0]) + len(t[1]))
    for text, tokens in _all_tokens(unread, tokens_of, known, texts, progress):
        count = len(tokens.vectors)
        scale = np.maximum(np.abs(tokens.vectors).max(1), 1e-6) / 127
        vectors.append(np.rint(tokens.vectors / scale[:, None]).astype(np.int8))
        scales.append(scale.astype(np.float32))
        rows[text] = (at, at + count, int(np.argmax(tokens.own)) if tokens.own.any() else count)
        at += count
    width = vectors[0].shape[1] if vectors else 0
    spans = np.array([rows[t] for t in texts], dtype=np.int64).reshape(-1, 3)
    return {
        VECTORS: _bytes(np.concatenate(vectors) if vectors else np.zeros((0, width), np.int8)),
        SCALES: _bytes(np.concatenate(scales) if scales else np.zeros(0, np.float32)),
        SPANS: _bytes(spans),
    }


def _all_tokens(
    unread: Sequence[PairText], tokens_of: Callable[[Sequence[PairText]], Sequence[PairTokens]],
    known: Mapping[PairText, PairTokens], texts: Sequence[PairText], progress: Callable[[int], None],
) -> Iterator[tuple[PairText, PairTokens]]:  # fmt: skip
    for text in dict.fromkeys(t for t in texts if t in known):
        yield text, known[text]
    for start in range(0, len(unread), BATCH):
        part = unread[start : start + BATCH]
        yield from zip(part, tokens_of(part), strict=True)
        progress(len(part))


def _bytes(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class PairStore:
    """The tokens of an index's sentences, mapped from its files."""

    vectors: Any
    scales: Any
    spans: list[tuple[int, int, int]]  # of each unit: its tokens' first, end, and the first of its own among them

    @classmethod
    def open(cls, folder: Path) -> PairStore | None:
        """The store of a generation, or None where it has none."""
        if not (folder / SPANS).is_file():
            return None
        vectors, scales = (np.load(folder / name, mmap_mode="r") for name in (VECTORS, SCALES))
        return cls(vectors, scales, [tuple(row) for row in np.load(folder / SPANS).tolist()])

    def text_of(self, unit: int) -> int:
        """What identifies a unit's text: equal for units with the same words under the same head."""
        return self.spans[unit][0]

    def tokens(self, unit: int) -> PairTokens:
        """A unit's tokens."""
        start, end, own_from = self.spans[unit]
        own = np.zeros(end - start, np.bool_)
        own[own_from : end - start - 1] = True
        return PairTokens(self.vectors[start:end] * self.scales[start:end, None], own)


class PairReader:
    """Reads a question against sentences of an index."""

    def __init__(self, store: PairStore, network: Network, question_tokens: Callable[[str], PairTokens]) -> None:
        self._store = store
        self._network = network
        self._question_tokens = question_tokens

    def text_of(self, unit: int) -> int:
        """What identifies a unit's text."""
        return self._store.text_of(unit)

    def read(self, question: str, units: Sequence[int]) -> Scores:
        """float32 (units, 3): log-odds that each answers the question, that the answer is then yes and not no, and that
        it depends."""
        return self._network.read(self._question_tokens(question), [self._store.tokens(u) for u in units])
