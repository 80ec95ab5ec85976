"""FAISS indexes of unit vectors: exact while that is quick, then HNSW, then inverted lists; never -1 in a result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

Vectors = np.ndarray[Any, np.dtype[np.float32]]
EXACT_UP_TO = 20_000  # vectors; exact search over 20,000 takes 8 ms a leg on one core (docs/scale.md)
HNSW_UP_TO = 300_000
_HNSW_LINKS = 32


def kind_for(count: int) -> str:
    """The FAISS factory string for that many vectors."""
    if count <= EXACT_UP_TO:
        return "Flat"
    if count <= HNSW_UP_TO:
        return f"HNSW{_HNSW_LINKS},Flat"
    return f"IVF{int(4 * count**0.5)},SQ8"


def build_vectors(vectors: Vectors, kind: str | None = None) -> Any:
    """An inner-product FAISS index of float32 (rows, dimension) unit vectors."""
    rows, dimension = vectors.shape
    index = faiss.index_factory(dimension, kind or kind_for(rows), faiss.METRIC_INNER_PRODUCT)
    if not index.is_trained:
        lists = faiss.extract_index_ivf(index).nlist
        picked = np.random.default_rng(0).permutation(rows)[: lists * 40]
        index.train(vectors[picked])
    index.add(vectors)
    tune(index)
    return index


def tune(index: Any) -> None:
    """Search settings by kind; FAISS files do not keep them all."""
    if isinstance(index, faiss.IndexHNSW):
        index.hnsw.efSearch = 96
    elif isinstance(index, faiss.IndexIVF):
        index.nprobe = max(16, index.nlist // 64)
        # Without a direct map single vectors cannot be read back.
        index.make_direct_map()


def search(index: Any, query: Vectors, k: int) -> tuple[Vectors, np.ndarray[Any, np.dtype[np.int64]]]:
    """The best rows for one query vector (dimension,): scores and row numbers, best first, at most k."""
    k = min(k, index.ntotal)
    if k <= 0:
        return np.zeros(0, np.float32), np.zeros(0, np.int64)
    scores, rows = index.search(np.ascontiguousarray(query[None, :]), k)
    found = rows[0] >= 0  # FAISS pads short results with -1
    return scores[0][found], rows[0][found]


def read_vectors(path: Path, *, memory_map: bool) -> Any:
    """Reads an index file whose digest was checked before. Raises RuntimeError where FAISS cannot read it."""
    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP if memory_map else 0)
    tune(index)
    return index


def vector_bytes(index: Any) -> bytes:
    """The contents of an index file."""
    contents: bytes = faiss.serialize_index(index).tobytes()
    return contents


def rows_of(index: Any, rows: list[int]) -> Vectors:
    """The stored vectors of some rows, float32 (rows, dimension)."""
    if not rows:
        return np.zeros((0, index.d), np.float32)
    vectors: Vectors = np.stack([index.reconstruct(int(r)) for r in rows])
    return vectors
