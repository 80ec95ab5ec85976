"""Lexical search over words and glossary concepts (BM25, the library bm25s)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

Scores = np.ndarray[Any, np.dtype[np.float32]]


class LexicalIndex:
    """BM25 scores of every document for a bag of terms."""

    def __init__(self, engine: Any, size: int) -> None:
        self._engine = engine
        self.size = size
        self._vocabulary: dict[str, int] = engine.vocab_dict

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]], b: float) -> LexicalIndex:
        """Indexes documents given as terms; `b` is how much long documents are held back (0 to 1)."""
        engine = bm25s.BM25(k1=1.2, b=b)
        # An index of nothing but empty documents has no vocabulary; one term that no query holds keeps it whole.
        engine.index([list(d) or ["\x00"] for d in documents], show_progress=False)
        return cls(engine, len(documents))

    def scores(self, terms: Sequence[str]) -> Scores:
        """float32 (documents,): zero where no term is shared. Repeated terms count once."""
        known = [t for t in dict.fromkeys(terms) if t in self._vocabulary]
        if not known:
            return np.zeros(self.size, np.float32)
        scores: Scores = np.asarray(self._engine.get_scores(known), dtype=np.float32)
        return scores

    def save(self, folder: Path) -> None:
        """Writes the index into a folder of its own."""
        self._engine.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Reads what `save` wrote. Raises OSError, ValueError where it is damaged."""
        return cls(bm25s.BM25.load(str(folder), mmap=False), size)
