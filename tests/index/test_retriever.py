"""Ranking: every score as brute force gives it, exact spans, platforms preferred, passages barred before ranking."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.building import build_index
from index.fusion import FusionWeights
from index.lexical import LexicalIndex
from index.query import read_query
from index.retriever import Retriever, _best_first
from tests.index.corpora import small_corpus
from tests.index.hashing import HashingEncoder

WORDS = "赠品漏发补发夜班交接快递破损拍照"
MANY = {
    f"rule{n}": (("天猫", "京东", "拼多多")[n % 3], f"编号{n}的做法是{WORDS[n % 9 :]}。\n另有编号{n}的说明。")
    for n in range(30)
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    corpus = small_corpus(tmp_path_factory.mktemp("many"), MANY)
    build_index(corpus, encoders=[HashingEncoder()])
    return Retriever.open(corpus, [HashingEncoder()])


QUESTIONS = ["夜班怎么交接", "快递破损拍照吗", "赠品漏发几天补", "编号7说什么", "tmall gifts", "?", "没有这回事"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_vector_scores_are_brute_force(retriever: Retriever, question: str) -> None:
    encoder = HashingEncoder()
    query = read_query(question)
    vector = encoder.encode_queries([question])[0]
    legs = retriever.leg_scores(query)
    titles = {a.article_id: a.title for a in retriever.articles.values()}
    for at, passage in enumerate(retriever.passages):
        whole = " ".join([titles[passage.article_id], *passage.heading_path]) + ":" + passage.text
        assert legs["hashing:passages"][at] == pytest.approx(
            float(encoder.encode_queries([whole])[0] @ vector), abs=1e-5
        )
        text = retriever.articles[passage.article_id].text
        units = [f"{titles[passage.article_id]}:{text[s:e]}" for s, e in retriever.units_in(passage)]
        best = max(float(v @ vector) for v in encoder.encode_queries(units))
        assert legs["hashing:units"][at] == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_ranked_exact_and_whole(retriever: Retriever, question: str) -> None:
    hits = retriever.search(read_query(question), 30)
    assert [h.rank for h in hits] == list(range(1, 31))
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert len({h.passage.passage_id for h in hits}) == 30
    for hit in hits:
        article = retriever.articles[hit.passage.article_id]
        assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert hit.passage.start <= hit.unit[0] < hit.unit[1] <= hit.passage.end
        assert hit.unit in retriever.units_in(hit.passage)


def test_fewer_hits_are_the_first_of_more(retriever: Retriever) -> None:
    query = read_query("夜班怎么交接")
    ids = [h.passage.passage_id for h in retriever.search(query, 30)]
    assert [h.passage.passage_id for h in retriever.search(query, 4)] == ids[:4]


def test_the_score_is_the_weighted_sum_of_standardised_legs(retriever: Retriever) -> None:
    query = read_query("京东夜班怎么交接")
    total = np.zeros(len(retriever.passages))
    for name, scores in retriever.leg_scores(query).items():
        if name == "platform":
            total += retriever.weights.weight(name) * scores
        else:
            spread = max(float(scores.std()), retriever.weights.floor(name))
            total += retriever.weights.weight(name) * (scores - scores.mean()) / spread
    for hit in retriever.search(query, 30):
        at = retriever.passages.index(hit.passage)
        assert hit.score == pytest.approx(total[at], abs=1e-3)


def test_a_named_platform_comes_first_and_a_picked_one_yields_to_it(retriever: Retriever) -> None:
    assert retriever.search(read_query("京东夜班怎么交接"), 1)[0].passage.platforms == ("京东",)
    assert retriever.search(read_query("夜班怎么交接", "拼多多"), 1)[0].passage.platforms == ("拼多多",)
    assert read_query("京东夜班怎么交接", "拼多多").platforms == ("京东",)


def test_barred_passages_are_not_ranked(retriever: Retriever) -> None:
    query = read_query("夜班怎么交接")
    first = retriever.search(query, 1)[0].passage
    rest = retriever.search(query, 30, allow=lambda p: p.article_id != first.article_id)
    assert len(rest) == 29
    assert first.article_id not in {h.passage.article_id for h in rest}
    assert rest[0].rank == 1
    assert retriever.search(query, 5, allow=lambda p: False) == []


def test_threads_share_a_retriever(retriever: Retriever) -> None:
    alone = [[h.passage.passage_id for h in retriever.search(read_query(q), 5)] for q in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            together = pool.map(lambda q: [h.passage.passage_id for h in retriever.search(read_query(q), 5)], QUESTIONS)
            assert list(together) == alone


@pytest.mark.parametrize("question", ["\x00", "😀" * 50, "a" * 2000, " ", "的" * 2000])
def test_odd_questions_get_hits_all_the_same(retriever: Retriever, question: str) -> None:
    assert len(retriever.search(read_query(question), 3)) == 3


def test_one_article_of_one_word(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path, {"x": ("天猫", "可。")})
    build_index(corpus, encoders=[HashingEncoder()])
    hits = Retriever.open(corpus, [HashingEncoder()]).search(read_query("可以吗"), 10)
    assert [h.passage.text for h in hits] == ["可。"]


def test_standardising_by_hand() -> None:
    weights = FusionWeights({"units": 2.0, "words": 0.5}, {"words": 4.0})
    scores = np.array([1, 2, 3], np.float32)
    # mean 2, spread sqrt(2/3) = 0.8165: -1.2247, 0, 1.2247; with a floor of 4: -0.25, 0, 0.25
    assert weights.standardise("m:units", scores, scores) == pytest.approx([-1.2247, 0, 1.2247], abs=1e-4)
    assert weights.standardise("words", scores, scores) == pytest.approx([-0.25, 0, 0.25])
    assert weights.weight("m:units") == 2.0
    assert weights.weight("unheard") == 0.0


terms = st.lists(st.sampled_from(["退款", "发票", "包邮", "c:invoice", "夜班"]), max_size=6)


@given(st.lists(terms, min_size=1, max_size=12), terms)
def test_lexical_scores_are_bm25_by_hand(documents: list[list[str]], query: list[str]) -> None:
    k1, b = 1.2, 0.75
    stored = [d or ["\x00"] for d in documents]
    mean = sum(map(len, stored)) / len(stored)
    expected = []
    for document in stored:
        score = 0.0
        for term in dict.fromkeys(query):
            holding = sum(term in d for d in stored)
            if holding:
                idf = np.log(1 + (len(stored) - holding + 0.5) / (holding + 0.5))
                often = document.count(term)
                score += idf * often / (often + k1 * (1 - b + b * len(document) / mean))
        expected.append(score)
    assert LexicalIndex.build(documents, b).scores(query) == pytest.approx(expected, abs=1e-4)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(1, 20))
def test_the_head_first_order_is_the_full_order(values: list[int], head: int) -> None:
    scores = np.array(values, np.float32)
    assert list(_best_first(scores, head)) == list(np.argsort(-scores, kind="stable"))
