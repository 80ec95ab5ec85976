"""Vector search against brute force, in every kind of FAISS index the desk builds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.vectors import (
    EXACT_UP_TO,
    HNSW_UP_TO,
    Vectors,
    build_vectors,
    kind_for,
    read_vectors,
    rows_of,
    search,
    vector_bytes,
)


def unit_vectors(seed: int, rows: int, dimension: int = 16) -> Vectors:
    found = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def brute_force(vectors: Vectors, query: Vectors, k: int) -> tuple[Vectors, np.ndarray]:
    scores = vectors @ query
    order = np.argsort(-scores, kind="stable")[:k]
    return scores[order], order


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 80))
def test_exact_search_is_brute_force(seed: int, rows: int, k: int) -> None:
    vectors, query = unit_vectors(seed, rows), unit_vectors(seed + 1, 1)[0]
    scores, found = search(build_vectors(vectors), query, k)
    expected, order = brute_force(vectors, query, k)
    assert len(found) == min(k, rows)
    assert np.allclose(scores, expected, atol=1e-5)
    assert np.allclose(vectors[found] @ query, expected, atol=1e-5)
    assert len(set(found.tolist())) == len(found)
    assert set(order.tolist()) == set(found.tolist()) or not np.all(np.diff(expected) < -1e-6)


@pytest.mark.parametrize("kind", ["HNSW32,Flat", "IVF16,SQ8"])
def test_quick_kinds_find_nearly_what_brute_force_finds(kind: str) -> None:
    vectors = unit_vectors(1, 2000)
    index = build_vectors(vectors, kind)
    hits = 0
    for query in unit_vectors(2, 50):
        _, found = search(index, query, 10)
        assert (found >= 0).all()
        hits += len(set(found.tolist()) & set(brute_force(vectors, query, 10)[1].tolist()))
    assert hits >= 450  # of 500: at least 9 of 10 true neighbours


def test_a_short_index_gives_no_padding() -> None:
    vectors = unit_vectors(3, 40)
    index = build_vectors(vectors, "IVF8,Flat")
    index.nprobe = 1  # one list holds fewer rows than are asked for: FAISS itself pads with -1
    scores, found = search(index, vectors[0], 40)
    assert 0 < len(found) < 40
    assert len(scores) == len(found)
    assert (found >= 0).all()


@pytest.mark.parametrize("k", [0, -1])
def test_nothing_asked_for(k: int) -> None:
    scores, found = search(build_vectors(unit_vectors(4, 3)), unit_vectors(5, 1)[0], k)
    assert len(scores) == len(found) == 0


@pytest.mark.parametrize("memory_map", [True, False])
@pytest.mark.parametrize("kind", ["Flat", "HNSW32,Flat"])
def test_written_and_read_back(tmp_path: Path, kind: str, memory_map: bool) -> None:
    vectors = unit_vectors(6, 300)
    (tmp_path / "v.faiss").write_bytes(vector_bytes(build_vectors(vectors, kind)))
    index = read_vectors(tmp_path / "v.faiss", memory_map=memory_map)
    query = unit_vectors(7, 1)[0]
    assert search(index, query, 5)[1].tolist() == search(build_vectors(vectors, kind), query, 5)[1].tolist()
    assert np.allclose(rows_of(index, [7, 0, 299]), vectors[[7, 0, 299]])


def test_kinds_by_size() -> None:
    assert kind_for(1) == kind_for(EXACT_UP_TO) == "Flat"
    assert kind_for(EXACT_UP_TO + 1).startswith("HNSW")
    assert kind_for(HNSW_UP_TO + 1).startswith("IVF")
