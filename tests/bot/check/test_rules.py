"""The check is driven by the corpus: citations, penalties, platforms, word lists, silence without a rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.check import ReplyChecker
from ingest.articles import Article, Passage

Make = Callable[..., ReplyChecker]
CARD_RULE = "## 付款\n1. 用信用卡付款的买家,商家不得收手续费,违者扣8分。"


def test_every_citation_is_an_exact_span_and_n_runs_from_one(
    checker: ReplyChecker, rulebook: tuple[list[Article], list[Passage]]
) -> None:
    articles = {a.article_id: a for a in rulebook[0]}
    passages = {p.passage_id: p for p in rulebook[1]}
    result = checker.check("没有发票,加我微信,刷信用卡您补1%手续费,你有病吧")
    citations = [c for f in result.findings for c in f.citations]
    assert len({f.label for f in result.findings}) == 4
    assert [c.n for c in citations] == list(range(1, len(citations) + 1))
    for c in citations:
        assert articles[c.article_id].text[c.start : c.end] == c.quote
        passage = passages[c.passage_id]
        assert passage.start <= c.start < c.end <= passage.end


def test_the_penalty_stands_in_a_cited_rule(checker: ReplyChecker) -> None:
    for draft in ("这单我先帮您关了", "您直接转账到我农行卡上", "您付款的那件没货了"):
        (finding,) = checker.check(draft).findings
        assert finding.penalty
        quotes = "".join(c.quote for c in finding.citations)
        assert all(figure in quotes for figure in finding.penalty.split("、"))


def test_a_penalty_of_another_matter_is_not_taken_over(checker: ReplyChecker) -> None:
    (finding,) = checker.check("加我微信聊", "拼多多").findings
    assert finding.penalty is None


def test_the_figure_follows_the_corpus(checker_for: Make) -> None:
    (finding,) = checker_for(("天猫", CARD_RULE)).check("信用卡要您补手续费1%").findings
    assert finding.penalty == "扣8分"


def test_without_the_rule_the_label_is_silent(checker_for: Make) -> None:
    unrelated = checker_for(("天猫", "## 发货\n1. 商家应在48小时内发货。"))
    for draft in ("信用卡要您补手续费1%", "没有发票", "加我微信", "全网第一", "你有病吧", "这单我先帮您关了"):
        assert unrelated.check(draft).ok


def test_exam_articles_are_no_rules(rulebook: tuple[list[Article], list[Passage]]) -> None:
    import dataclasses

    exam = [dataclasses.replace(a, kind="exam") for a in rulebook[0]]
    assert ReplyChecker(exam, rulebook[1]).check("没有发票,加我微信").ok


def test_a_platform_is_cited_its_own_rule_first(checker_for: Make) -> None:
    both = checker_for(("天猫", CARD_RULE), ("京东", CARD_RULE.replace("扣8分", "扣3分")))
    assert both.check("信用卡要您补手续费1%", "京东").findings[0].penalty == "扣3分"
    assert both.check("信用卡要您补手续费1%", "天猫").findings[0].penalty == "扣8分"


def test_the_rule_of_another_platform_is_told_as_such(checker_for: Make) -> None:
    (finding,) = checker_for(("天猫", CARD_RULE)).check("信用卡要您补手续费1%", "快手").findings
    assert "快手" in finding.message
    assert "天猫" in finding.message


@pytest.mark.parametrize(
    ("platform", "draft", "breach"),
    [
        ("京东", "淘宝也有我们的店", True),
        ("淘宝", "淘宝也有我们的店", False),
        ("天猫", "京东也有我们的店", False),
        ("拼多多", "京东也有我们的店", True),
        ("京东", "京东也有活动", False),
        ("京东", "可以用支付宝付款", True),
        ("天猫", "可以用支付宝付款", False),
        (None, "您在淘宝首页能看到物流", False),
        (None, "您去淘宝搜同款更便宜", True),
    ],
)
def test_naming_a_platform_is_weighed_by_the_own_platform(
    checker: ReplyChecker, platform: str | None, draft: str, breach: bool
) -> None:
    assert ("competitor" in {f.label for f in checker.check(draft, platform).findings}) is breach


def test_phrases_of_one_platform_do_not_bind_another(checker: ReplyChecker) -> None:
    assert not checker.check("我现在很忙", "京东").ok
    assert checker.check("我现在很忙", "天猫").ok


@pytest.mark.parametrize("draft", ["用不起就别用", "您问我,我问谁呀", "随便您去哪里投诉"])
def test_a_listed_phrase_is_known_in_like_words(checker: ReplyChecker, draft: str) -> None:
    (finding, *_) = checker.check(draft, "京东").findings
    assert finding.label in ("abuse", "rude_phrase")
    assert any(c.published == "2023-04-20" for c in finding.citations)


LISTS = [
    ("## 禁用词\n1. 直播间广告禁用的极限词:爆瘦、躺赚、药到病除。", "这个药到病除", "absolute_terms"),
    ("## 聊天\n1. 客服聊天不得使用“稳赚不赔”“包治百病”等词语。", "买了稳赚不赔", None),
    ("## 客服不能说的话\n- 爱买不买随你便\n- 我就这态度怎么了\n- 找你们平台说去", "我就这态度怎么了", "rude_phrase"),
    ("## 用语\n1. 客服沟通中不得出现陌陌、微信、飞书号等联系方式。", "加我陌陌聊", "offsite_contact"),
]


@pytest.mark.parametrize(("body", "draft", "label"), LISTS)
def test_a_new_list_of_forbidden_words_extends_the_check(
    checker_for: Make, body: str, draft: str, label: str | None
) -> None:
    without = checker_for(("快手", "## 发货\n1. 商家应在48小时内发货。"))
    assert without.check(draft, "快手").ok
    result = checker_for(("快手", body)).check(draft, "快手")
    assert result.findings
    assert label is None or result.findings[0].label == label
    assert result.findings[0].citations[0].quote in body


def test_a_listed_word_that_is_refused_is_clean(checker_for: Make) -> None:
    check = checker_for(("快手", LISTS[0][0])).check
    assert check("我们不敢说药到病除", "快手").ok


def test_advice_with_quotation_marks_is_no_list(checker_for: Make) -> None:
    body = "## 服务\n1. 客服要像“待客户如初恋”那样有耐心。\n2. 标题尽量不要写“清仓”字样。"
    check = checker_for(("天猫", body)).check
    assert check("待客户如初恋").ok
    assert check("这是清仓的").ok


def test_the_list_that_names_the_word_is_cited(checker: ReplyChecker) -> None:
    (finding,) = checker.check("这款独一无二").findings
    assert "独一无二" in finding.citations[0].quote


def test_the_lists_are_matched_in_a_long_draft_too(checker: ReplyChecker) -> None:
    draft = "您好,这款衣服的尺码偏小,建议拍大一码。" * 60 + "质量独一无二。"
    (finding,) = checker.check(draft).findings
    assert draft[finding.start : finding.end] == "独一无二"


def test_a_pattern_that_names_an_unknown_list_is_refused() -> None:
    from importlib.resources import files

    from bot.check.patterns import parse_breaches

    here = files("bot.check")
    texts = [
        here.joinpath(n).read_text(encoding="utf-8")
        for n in ("words.toml", "breaches_invoice.toml", "breaches_trade.toml", "breaches_talk.toml")
    ]
    with pytest.raises(ValueError, match="nosuchlist"):
        parse_breaches(*texts[:3], texts[3].replace("{contact_app}", "{nosuchlist}"))
