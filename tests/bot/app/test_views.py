"""What the cards show, worked out without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from fake_desk import ARTICLES, BY_ID, FakeDesk, cite
from hypothesis import given
from hypothesis import strategies as st

from bot.app.checks import check_view, draft_pieces
from bot.app.messages import said
from bot.app.quotes import CONTEXT, old_years, quote_cards, safe_url, surroundings
from bot.app.rulebook import SHOWN, rules_view, years
from bot.app.views import answer_view, opening, pieces, verdict_word
from bot.findings import Finding
from ingest.errors import UsageError

TODAY = date(2026, 6, 1)
DESK = FakeDesk()


@pytest.mark.parametrize(
    ("question", "verdict", "word", "tone"),
    [
        ("刷信用卡可以另收手续费吗?", "no", "不可以", "bad"),
        ("能不能改地址", "yes", "可以", "good"),
        ("这样写违规吗?", "yes", "是", "bad"),
        ("这样写违规吗?", "no", "不是", "good"),
        ("买家说我违规,可以不赔吗?", "no", "不可以", "bad"),
        ("可能会被扣分吗?", "yes", "是", "bad"),
        ("必须发顺丰吗?", "yes", "是", "plain"),
        ("新疆能加收运费吗?", "depends", "视情况", "mind"),
        ("要赔多少?", None, None, "plain"),
    ],
)
def test_the_verdict_word_answers_the_question_as_asked(question, verdict, word, tone):
    assert verdict_word(question, verdict, False, "zh") == (word, tone)


@pytest.mark.parametrize(
    ("question", "verdict", "expected"),
    [
        ("can I charge credit-card fees?", "no", ("No", "bad")),
        ("Is this a violation?", "yes", ("Yes", "bad")),
        ("May I ask for WeChat?", "depends", ("It depends", "mind")),
    ],
)
def test_verdict_words_in_english(question, verdict, expected):
    assert verdict_word(question, verdict, False, "en") == expected


def test_a_refusal_has_no_verdict_sources_or_follow_ups_but_the_nearest_rules():
    view = answer_view(DESK.ask("可以养猫吗?"), DESK.article, "zh", TODAY)
    assert (view.word, view.tone) == ("规则没写", "none")
    assert view.quotes == () and view.follow_ups == ()
    assert [card.article_id for card in view.nearest] == ["art-7", "art-8"]


@given(st.text(alphabet="收费[]0123456789。", max_size=60))
def test_pieces_join_to_the_text(words):
    assert "".join(p.text for p in pieces(words, {1, 2})) == words


def test_only_marks_of_real_citations_become_links():
    assert [(p.text, p.n) for p in pieces("不收[1],见[9]。", {1})] == [("不收", None), ("[1]", 1), (",见[9]。", None)]


def test_quotes_that_stand_close_share_a_card_with_each_quote_marked():
    answer = DESK.ask("刷信用卡可以吗?")
    (card,) = quote_cards(answer.citations, DESK.article, "zh", TODAY)
    assert card.ns == (1, 2) and card.intact
    marked = {p.ns: p.text for p in card.pieces if p.ns}
    assert marked == {(1,): answer.citations[0].quote, (2,): answer.citations[1].quote}
    assert "".join(p.text for p in card.pieces).strip("…") in BY_ID["art-1"].text


def test_quotes_far_apart_or_of_other_articles_have_cards_of_their_own():
    first, last = cite(1, "art-7", "与顾客说话不带讥讽和辱骂。"), cite(2, "art-4", "拒绝一次扣12分")
    assert [c.ns for c in quote_cards([first, last], DESK.article, "zh", TODAY)] == [(1,), (2,)]
    text = BY_ID["art-7"].text
    end = len(text)
    far = replace(first, n=3, start=end - 5, end=end, quote=text[end - 5 :])
    assert [c.ns for c in quote_cards([first, far], DESK.article, "zh", TODAY)] == [(1,), (3,)]


def test_a_quote_that_the_article_no_longer_holds_stands_alone_and_is_flagged():
    stale = replace(cite(1, "art-1", "每出现一次记6分"), quote="每出现一次记3分")
    (card,) = quote_cards([stale], DESK.article, "zh", TODAY)
    assert not card.intact and [p.text for p in card.pieces] == ["每出现一次记3分"]
    (gone,) = quote_cards([replace(stale, article_id="nowhere")], DESK.article, "zh", TODAY)
    assert not gone.intact


@given(st.text(alphabet="规则说。;\n😀", max_size=400), st.data())
def test_surroundings_hold_the_span_and_stay_near_it(whole, data):
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    left, right = surroundings(whole, start, end)
    assert 0 <= left <= start <= end <= right <= len(whole)
    assert start - left <= CONTEXT and right - end <= CONTEXT


@pytest.mark.parametrize(
    ("published", "expected"),
    [("2026-05-01", None), ("2023-06-02", None), ("2023-05-01", 3), ("2017-06-08", 8), (None, None), ("soon", None)],
)
def test_age(published, expected):
    assert old_years(published, TODAY) == expected


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.test/a?b=1", True),
        ("http://example.test", True),
        ("javascript:alert(1)", False),
        (" JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.test", False),
        ("https://[bad", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url, kept):
    assert safe_url(url) == (url if kept else None)


def test_conflict_names_both_sides_and_the_newer():
    view = answer_view(DESK.ask("超过多久算延迟发货?"), DESK.article, "zh", TODAY)
    (conflict,) = view.conflicts
    assert [(s.published, s.title, s.preferred) for s in conflict.sides] == [
        ("2025-11-20", "天猫:发货超时怎么赔(新版)", True),
        ("2019-04-01", "天猫:迟发订单的补偿", False),
    ]


def test_follow_ups_name_platforms_that_the_answer_did_not_speak_of():
    view = answer_view(DESK.ask("刷信用卡可以吗?"), DESK.article, "zh", TODAY)
    assert [platform for _, _, platform in view.follow_ups] == ["淘宝", "京东"]


def _finding(start: int, end: int, severity: str) -> Finding:
    return Finding("card_fee", severity, start, end, "", None, (), "")  # type: ignore[arg-type]


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45), st.sampled_from(["high", "medium", "low"])), max_size=5),
)
def test_draft_pieces_join_to_the_draft_whatever_overlaps(draft, spans):
    found = tuple(_finding(min(a, b), max(a, b), s) for a, b, s in spans)
    assert "".join(p.text for p in draft_pieces(draft, found)) == draft


def test_of_overlapping_findings_the_graver_colours_the_words():
    found = (_finding(0, 4, "low"), _finding(2, 6, "high"))
    assert [(p.text, p.finding) for p in draft_pieces("abcdefgh", found)] == [
        ("ab", 1),
        ("cd", 2),
        ("ef", 2),
        ("gh", None),
    ]


def test_check_view_names_words_label_and_penalty():
    view = check_view(DESK.check("刷卡要手续费,可以加微信"), DESK.article, "zh", TODAY)
    assert [(f.words, f.label, f.penalty) for f in view.findings] == [
        ("手续费", "刷卡加收费", "6分/次"),
        ("加微信", "引导站外联系", "4分"),
    ]
    assert not view.ok and view.tone == "bad"


def test_rules_are_found_by_every_word_platform_and_year():
    def titles(words: str = "", platform: str | None = None, year: str | None = None) -> list[str]:
        return [r.title for r in rules_view(ARTICLES, words, platform, year, "zh", TODAY).rows]

    assert len(titles()) == len(ARTICLES)
    assert titles("运费 省份") == ["拼多多:包邮的含义"]
    assert titles("运费 没有的词") == []
    assert set(titles(platform="1688")) == {"各平台通用:称呼与语气", "1688:混批门槛"}
    assert titles(year="2019") == ["天猫:迟发订单的补偿"]
    assert years(ARTICLES) == ["2026", "2025", "2024", "2019", "2018", "2017"]


def test_a_long_list_is_cut_and_says_so():
    many = [replace(ARTICLES[0], article_id=str(i)) for i in range(SHOWN + 7)]
    view = rules_view(many, "", None, None, "zh", TODAY)
    assert (view.total, len(view.rows), view.more) == (SHOWN + 7, SHOWN, 7)


@given(st.sampled_from(["信用卡", "ß", "İ", "STRASSE"]), st.text(alphabet="Aaßİ信用卡STRASSEstrasse", max_size=30))
def test_the_match_of_a_search_is_an_exact_span(word, body):
    article = replace(ARTICLES[0], text=body)
    for row in rules_view([article], word, None, None, "zh", TODAY).rows:
        assert row.match == body[row.start : row.end]


@pytest.mark.parametrize(
    ("language", "verdict", "text", "word", "rest"),
    [
        ("zh", "no", "不可以。\n规则原文:「甲」[1]", "不可以", "规则原文:「甲」[1]"),
        ("zh", "yes", "需要。\n规则原文:「甲」[1]", "需要", "规则原文:「甲」[1]"),
        ("zh", "yes", "是,有违规后果。\n规则原文:「甲」[1]", "是", "有违规后果。\n规则原文:「甲」[1]"),
        ("en", "yes", "Yes, it has consequences.\nThe rule[1]", "Yes", "It has consequences.\nThe rule[1]"),
        ("zh", "no", "没有找到京东的规定。\n不可以。\n「甲」[1]", "不可以", "没有找到京东的规定。\n「甲」[1]"),
        ("zh", "no", "可以。\n规则原文:「甲」[1]", None, "可以。\n规则原文:「甲」[1]"),
        ("zh", None, "不可以。\n「甲」[1]", None, "不可以。\n「甲」[1]"),
    ],
)
def test_the_verdict_is_shown_once(language, verdict, text, word, rest):
    answer = replace(FakeDesk().ask("信用卡"), language=language, verdict=verdict, text=text)
    assert opening(answer) == (word, rest)
    view = answer_view(answer, FakeDesk().article, language, date(2026, 5, 1))
    assert "".join(p.text for p in view.pieces) == rest
    if word:
        assert view.word == word


@pytest.mark.parametrize(
    ("error", "zh", "en"),
    [
        ("the question has 2,500 characters; the limit is 2,000; shorten it", "上限是 2,000 个字", "the limit is 2,000"),
        ("the draft is empty; type one", "还没有输入话术", "is empty"),
        ("platform '火星' is not known; known are 淘宝", "没有“火星”这个平台", "火星"),
        ("top is 90; it must be 1 to 50", "没法处理：top is 90", "top is 90; it must be 1 to 50"),
    ],
)
def test_errors_are_told_in_the_readers_language(error, zh, en):
    assert zh in said(UsageError(error), "zh") and en in said(UsageError(error), "en")
