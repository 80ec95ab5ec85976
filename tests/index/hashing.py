"""A tiny encoder: the same text always has the same unit vector, and texts that share characters are near."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from index.encoders.loading import Vectors


class HashingEncoder:
    """Sums a fixed random vector for each character pair. `embedded` lists what it was asked to embed."""

    def __init__(self, name: str = "hashing", dimension: int = 32) -> None:
        self.name = name
        self.dimension = dimension
        self.embedded: list[str] = []
        self.fail_after: int | None = None

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        rows = []
        for text in texts:
            if self.fail_after is not None and len(self.embedded) >= self.fail_after:
                raise Power(f"the power failed after {self.fail_after} texts")
            self.embedded.append(text)
            rows.append(self._vector(text))
            if progress:
                progress(1)
        return np.stack(rows)

    def _vector(self, text: str) -> Vectors:
        total = np.zeros(self.dimension, np.float32)
        for pair in (text[i : i + 2] for i in range(max(1, len(text) - 1))):
            total += _pair_vector(pair, self.dimension)
        unit: Vectors = total / max(float(np.linalg.norm(total)), 1e-6)
        return unit


@cache
def _pair_vector(pair: str, dimension: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(pair.encode("utf-8", "surrogatepass")).digest()[:4], "big")
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)


class Power(Exception):
    """The build dies here."""
