"""Clauses and what is found around them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.exam.evidence import found, stretch
from bot.exam.terms import figures_of, tokens_of


def clause_texts(text: str) -> list[str]:
    """The clauses of a text, trimmed."""
    where = stretch(text)
    return [text[c.start : c.end].strip(" ,，、。;；") for c in where.clauses]


def test_list_markers_and_marks_cut_and_short_asides_do_not() -> None:
    assert clause_texts("停售4天、缴纳2000元;收回招牌") == ["停售4天", "缴纳2000元", "收回招牌"]
    assert clause_texts("(1)赠品补寄 (2)包装加膜") == ["(1)赠品补寄", "(2)包装加膜"]
    assert clause_texts("收货9天(含)内可退") == ["收货9天(含)内可退"]
    assert clause_texts("赔1,000元") == ["赔1,000元"]


@given(st.text(alphabet="赠品包装,，。;()1、2 天元分", max_size=60))
def test_clauses_lie_in_order_inside_the_text(text: str) -> None:
    clauses = stretch(text).clauses
    assert all(0 <= c.start < c.end <= len(text) for c in clauses)
    assert all(a.end <= b.start for a, b in pairwise(clauses))


def test_a_word_counts_less_the_farther_away_it_stands() -> None:
    where = stretch("赠品要补寄,包装要加膜,礼盒要提醒。顾客可拒收。")
    token = next(t for t in tokens_of("赠品") if t.figure is None)
    near = [found(token, n, where) for n in range(len(where.clauses))]
    assert near[0] == 1.0
    assert near == sorted(near, reverse=True)
    assert near[-1] < near[-2]


def test_a_figure_is_found_in_its_own_sentence_only() -> None:
    where = stretch("扣20分的停售4天;扣40分的停售8天。")
    token = next(t for t in tokens_of("扣20分") if t.figure is not None)
    assert found(token, 0, where) == 1.0
    assert found(token, len(where.clauses) - 1, where) < 0.2


def test_figures_that_exams_ask_for_besides() -> None:
    assert [f.key for f in figures_of("三成")] == [f.key for f in figures_of("30%")]
    assert [f.key for f in figures_of("早8点到晚23点")] == [f.key for f in figures_of("8:00-23:00")]
    assert [f.text for f in figures_of("收货后24小时内")] == ["24小时"]
    assert [f.text for f in figures_of("配3-5位客服")] == ["3-5位"]
    assert [f.value for f in figures_of("这样做不扣分")] == [0.0]
    assert [f.text for f in figures_of("于2031年4月5日生效")] == ["2031年4月5日"]
