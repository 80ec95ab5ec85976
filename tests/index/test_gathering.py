"""Questions of many threads at once: each gets its own vector, in fewer passes than questions."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.encoders.gathering import AT_ONCE, Gathering
from tests.index.hashing import HashingEncoder


class Slow(HashingEncoder):
    """Counts its passes; each waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(dimension=16)
        self.passes: list[int] = []
        self.go = threading.Event()

    def encode_queries(self, texts):
        self.go.wait(10)
        self.passes.append(len(texts))
        if any("broken" in t for t in texts):
            raise ValueError("broken")
        return super().encode_queries(texts)


def test_each_gets_its_own_vector_and_they_share_passes():
    inner = Slow()
    gathering = Gathering(inner)
    texts = [f"question {i}" for i in range(24)]
    with ThreadPoolExecutor(24) as pool:
        jobs = [pool.submit(gathering.encode_queries, [t]) for t in texts]
        while len(gathering._waiting) < 23 - AT_ONCE:
            pass
        inner.go.set()
        vectors = np.concatenate([j.result(10) for j in jobs])
    assert np.array_equal(vectors, HashingEncoder(dimension=16).encode_queries(texts))
    assert sum(inner.passes) == 24
    assert len(inner.passes) < 24
    assert max(inner.passes) <= AT_ONCE


def test_an_error_reaches_those_who_asked_and_nobody_later():
    inner = Slow()
    inner.go.set()
    gathering = Gathering(inner)
    with pytest.raises(ValueError, match="broken"):
        gathering.encode_queries(["broken"])
    assert gathering.encode_queries(["whole"]).shape == (1, 16)
    assert gathering.encode_queries([]).shape == (0, 16)
