"""Questions of many threads at once: each gets its own vector, in fewer passes than questions."""

from __future__ import annotations

import queue
import threading
import time
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


class Stepwise(HashingEncoder):
    """Tells of each pass that it begins, and waits until it is let through."""

    def __init__(self) -> None:
        super().__init__(dimension=16)
        self.begun: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
        self.through = threading.Semaphore(0)

    def encode_queries(self, texts):
        self.begun.put(list(texts))
        assert self.through.acquire(timeout=10)
        return super().encode_queries(texts)


def test_who_has_the_vectors_waits_for_nobodys_next_pass():
    inner = Stepwise()
    gathering = Gathering(inner)

    def waiting(count: int) -> None:
        until = time.monotonic() + 10
        while len(gathering._waiting) < count:
            assert time.monotonic() < until
            time.sleep(0.001)

    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(gathering.encode_queries, ["first"])
        assert inner.begun.get(timeout=10) == ["first"]
        together = [pool.submit(gathering.encode_queries, [f"together {i}"]) for i in range(9)]
        waiting(9)
        inner.through.release()
        assert len(inner.begun.get(timeout=10)) == 9
        last = pool.submit(gathering.encode_queries, ["last"])
        waiting(1)
        inner.through.release()
        assert inner.begun.get(timeout=10) == ["last"]
        for job in (first, *together):
            assert job.result(5).shape == (1, 16), "it had its vectors, and waited for the pass of the last one"
        assert not last.done()
        inner.through.release()
        assert last.result(10).shape == (1, 16)


def test_an_error_reaches_those_who_asked_and_nobody_later():
    inner = Slow()
    inner.go.set()
    gathering = Gathering(inner)
    with pytest.raises(ValueError, match="broken"):
        gathering.encode_queries(["broken"])
    assert gathering.encode_queries(["whole"]).shape == (1, 16)
    assert gathering.encode_queries([]).shape == (0, 16)
