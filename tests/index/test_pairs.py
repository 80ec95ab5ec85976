"""Sentences kept token by token: the same words once, nothing read twice, and the same numbers as in training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.building import build_index
from index.manifest import IndexError_
from index.pairs import PAIRS_UP_TO, SCALES, VECTORS, PairReader, PairStore, PairTokens, pair_files, pair_text
from index.retriever import Retriever, current_generation
from ingest.pipeline import ingest
from tests.index.corpora import small_corpus, write_rule
from tests.index.hashing import HashingEncoder

WIDTH = 8


class Tokens:
    """A model that shows its tokens: one a character, the lead's before the sentence's."""

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []

    def question_tokens(self, text: str) -> PairTokens:
        return self.sentence_tokens([("", text)])[0]

    def sentence_tokens(self, texts: Sequence[tuple[str, str]]) -> list[PairTokens]:
        self.read += texts
        return [self._tokens(lead, text) for lead, text in texts]

    def _tokens(self, lead: str, text: str) -> PairTokens:
        dice = [np.random.default_rng(ord(c)) for c in f"^{lead}{text}$"]
        vectors = np.array([one.standard_normal(WIDTH) for one in dice], np.float32)
        own = np.zeros(len(vectors), np.bool_)
        own[1 + len(lead) : -1] = True
        return PairTokens(vectors, own)


class Shared:
    """A network that counts: how many of a sentence's own tokens the question has, and how many there are."""

    def read(self, question: PairTokens, sentences: Sequence[PairTokens]) -> np.ndarray:
        asked = question.vectors[question.own]
        rows = [
            (sum(np.abs(asked - v).max(1).min() < 0.05 for v in s.vectors[s.own]), s.own.sum()) for s in sentences
        ]
        return np.array(rows, np.float32).reshape(-1, 2)


def showing(tokens: Tokens) -> HashingEncoder:
    encoder = HashingEncoder()
    encoder.tokens = tokens  # type: ignore[attr-defined]
    return encoder


def written(folder: Path, texts: Sequence[tuple[str, str]], tokens: Tokens) -> PairStore:
    for name, content in pair_files(texts, tokens.sentence_tokens, {}, lambda _: None).items():
        (folder / name).write_bytes(content)
    store = PairStore.open(folder)
    assert store is not None
    return store


@settings(max_examples=30, deadline=None)
@given(
    texts=st.lists(st.tuples(st.text("甲乙丙", max_size=3), st.text("丁戊己庚", max_size=6)), min_size=1, max_size=8)
)
def test_what_was_kept_comes_back_to_half_a_step(tmp_path_factory: pytest.TempPathFactory, texts) -> None:
    """A byte a number: no number is off by more than half of a 127th of its token's largest."""
    tokens = Tokens()
    store = written(tmp_path_factory.mktemp("pairs"), texts, tokens)
    for unit, (lead, text) in enumerate(texts):
        wanted, found = tokens._tokens(lead, text), store.tokens(unit)
        step = np.abs(wanted.vectors).max(1, keepdims=True) / 127
        assert (np.abs(wanted.vectors - found.vectors) <= step / 2 + 1e-6).all()
        assert (found.own == wanted.own).all()


def test_the_same_words_under_the_same_head_are_kept_once(tmp_path: Path) -> None:
    tokens = Tokens()
    store = written(tmp_path, [("头", "甲乙"), ("头", "丙"), ("头", "甲乙"), ("别", "甲乙")], tokens)
    assert len(tokens.read) == 3
    assert store.text_of(0) == store.text_of(2) != store.text_of(3)
    assert len(store.vectors) == (3 + 2) + (2 + 2) + (3 + 2)


def test_a_text_is_cut_where_reading_ends() -> None:
    assert pair_text("头" * 50 + "尾", "句" * 300) == ("头" * 39 + "尾", "句" * 200)


def test_an_index_reads_pairs_where_its_model_shows_tokens(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    tokens = Tokens()
    build_index(corpus, encoders=[showing(tokens)])
    retriever = Retriever.open(corpus, [showing(tokens)])
    store = PairStore.open(current_generation(corpus))
    assert store is not None
    sentences = [retriever.articles[a].text[s:e] for a, s, e in retriever.sentences()]
    reader = PairReader(store, Shared(), tokens.question_tokens)
    found = reader.read(sentences[1], range(len(sentences)))
    assert found[:, 0].argmax() == 1
    assert found[1, 0] == found[1, 1] == len(sentences[1])


def test_without_tokens_an_index_has_no_second_reading(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[HashingEncoder()])
    assert PairStore.open(current_generation(corpus)) is None
    assert Retriever.open(corpus, [HashingEncoder()]).pairs is None


def test_only_new_sentences_are_read(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[showing(Tokens())])
    write_rule(tmp_path / "pages", "night", "京东", "夜班两人同值。\n交接要写记录,漏写一次扣2分。")
    ingest([str(tmp_path / "pages")], corpus)
    again = Tokens()
    build_index(corpus, encoders=[showing(again)])
    after = PairStore.open(current_generation(corpus))
    assert after is not None
    assert [text for _, text in again.read] == ["交接要写记录,漏写一次扣2分。"]
    keys = json.loads((current_generation(corpus) / "keys.json").read_text(encoding="utf-8"))
    assert len(keys["pairs"]) == len(after.spans)


def test_too_many_sentences_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PAIRS_UP_TO * 60 * 130 < 200e6, "bytes of the largest store, at 60 tokens a sentence"
    monkeypatch.setattr("index.building.PAIRS_UP_TO", 4)
    corpus = small_corpus(tmp_path)  # 5 sentences
    tokens = Tokens()
    build_index(corpus, encoders=[showing(tokens)])
    assert tokens.read == []


@pytest.mark.parametrize("name", [VECTORS, SCALES])
def test_a_damaged_store_is_refused(tmp_path: Path, name: str) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[showing(Tokens())])
    path = current_generation(corpus) / name
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(IndexError_, match=name):
        Retriever.open(corpus, [showing(Tokens())])
