"""Questions that come in while the model is busy are encoded together: eight cost little more than one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import numpy as np

from index.encoders.loading import Encoder, Progress, TokenSource, Vectors, token_source

AT_ONCE = 16  # questions in one pass: later ones wait for the next


class Gathering:
    """An encoder for many threads. Alone, a question goes straight through; beside others it shares their pass."""

    def __init__(self, inner: Encoder) -> None:
        self.name = inner.name
        self.dimension = inner.dimension
        self.tokens: TokenSource | None = token_source([inner])
        self._inner = inner
        self._waiting: list[tuple[str, Future[Vectors]]] = []
        self._under_way = False
        self._changed = threading.Condition()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """float32 (texts, dimension), rows of length one. An error of the model is raised for those in its pass."""
        mine: list[Future[Vectors]] = [Future() for _ in texts]
        with self._changed:
            self._waiting += zip(texts, mine, strict=True)
        while batch := self._turn(mine):
            try:
                self._serve(batch)
            finally:
                with self._changed:
                    self._under_way = False
                    self._changed.notify_all()
        return np.stack([f.result() for f in mine]) if mine else np.zeros((0, self.dimension), np.float32)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """float32 (texts, dimension), rows of length one."""
        return self._inner.encode_passages(texts, progress)

    def _turn(self, mine: list[Future[Vectors]]) -> list[tuple[str, Future[Vectors]]]:
        """Waits for one's vectors, or for the model to be free; then what it is to encode next, for all who wait.
        Whoever has the vectors goes at once: nobody waits for a pass that is others'."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way or all(f.done() for f in mine))
            if all(f.done() for f in mine):
                return []
            self._under_way = True
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            return batch

    def _serve(self, batch: list[tuple[str, Future[Vectors]]]) -> None:
        encode: Callable[[Sequence[str]], Vectors] = self._inner.encode_queries
        try:
            vectors = encode([text for text, _ in batch])
        except BaseException as error:
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), vector in zip(batch, vectors, strict=True):
            future.set_result(vector)
