"""The verdict: own cases over all the matters, minimal pairs, and what must never decide."""

from __future__ import annotations

import json
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from bot.question import read_question
from bot.verdict import Decision, SentenceContext, decide
from bot.verdict_asked import read_asked
from bot.verdict_context import answer_behind
from bot.verdict_fit import readings_of
from bot.verdict_rules import clauses_of
from bot.verdict_words import words
from bot.vocabulary import Vocabulary
from ingest.articles import Article

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in Path(__file__).with_name("test_verdict_cases.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """Term weights over the cases' own rules."""
    text = "".join(c["sentence"] + "\n" for c in CASES)
    article = Article(article_id="cases", kind="rules", title="", platforms=(), published=None, url=None, sources=("cases",), text=text)
    spans, at = [], 0
    for line in text.splitlines():
        spans.append(("cases", at, at + len(line)))
        at += len(line) + 1
    return Vocabulary({"cases": article}, spans)


def verdict_of(case: dict[str, Any], vocabulary: Vocabulary) -> Decision:
    return decide(read_question(case["question"]), [(case["sentence"], case["lead"])], vocabulary)


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{c['question'][:16]}" for i, c in enumerate(CASES)])
def test_case(case: dict[str, Any], vocabulary: Vocabulary) -> None:
    assert verdict_of(case, vocabulary).verdict == case["verdict"]


def test_minimal_pairs_come_out_opposite(vocabulary: Vocabulary) -> None:
    pairs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in CASES:
        if case["pair"]:
            pairs[case["pair"]].append(case)
    assert len(pairs) >= 45
    for pair in pairs.values():
        assert {verdict_of(c, vocabulary).verdict for c in pair} == {"yes", "no"}, pair


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 120
    assert sum(c["question"].isascii() for c in CASES) >= 15
    assert {c["verdict"] for c in CASES} == {"yes", "no", None}


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("能发微信号吗", "今天为大家介绍几款常用的工具。"),
        ("这样写违规吗", "希望以上内容对您有所帮助。"),
        ("can I close the order", "网店的运营离不开团队的配合。"),
    ],
)
def test_without_modality_nothing_decides(question: str, sentence: str, vocabulary: Vocabulary) -> None:
    assert decide(read_question(question), [(sentence, "")], vocabulary).verdict is None


@pytest.mark.parametrize("question", ["晚发货扣几分", "发票怎么补开", "how many points do I lose for a leak"])
def test_open_questions_have_no_verdict(question: str, vocabulary: Vocabulary) -> None:
    assert decide(read_question(question), [("泄露买家信息的,扣6分。", "")], vocabulary) == Decision(None)


def test_no_evidence_no_verdict(vocabulary: Vocabulary) -> None:
    assert decide(read_question("可以收手续费吗"), [], vocabulary) == Decision(None)


def test_second_sentence_decides_where_the_first_is_astray(vocabulary: Vocabulary) -> None:
    question = read_question("信用卡手续费能找顾客收吗")
    found = decide(question, [("客服要保持热情的态度。", ""), ("信用卡手续费不得向顾客收取。", "")], vocabulary)
    assert (found.verdict, found.deciding, found.stance) == ("no", 1, "forbid")


def test_a_rule_that_leaves_it_open_depends(vocabulary: Vocabulary) -> None:
    question = read_question("买书必须开发票吗")
    assert decide(question, [("图书订单由顾客自行选择是否开票。", "")], vocabulary).verdict == "depends"


def test_a_question_is_read_by_its_answer(vocabulary: Vocabulary) -> None:
    question = read_question("能改订单的收货地址吗")
    asks = SentenceContext("问:能改订单的收货地址吗?", answer="答:暂不支持修改收货地址。")
    assert decide(question, [asks], vocabulary).verdict == "no"
    assert decide(question, [SentenceContext(asks.sentence)], vocabulary).verdict is None


def test_items_behind_the_head_of_a_list_are_breaches(vocabulary: Vocabulary) -> None:
    question = read_question("开票让客户另外掏税点可以吗")
    item = "商家要求顾客另付税点"
    assert decide(question, [SentenceContext(item, before="常见的违规情况如下: 1、不开发票 2、")], vocabulary).verdict == "no"


def test_a_sentence_far_behind_has_little_say(vocabulary: Vocabulary) -> None:
    question = read_question("主图上放二维码行不行")
    rule = SentenceContext("主图中不得出现二维码。", score=4.0)
    other = SentenceContext("详情页中可以放置二维码。", score=-3.0)
    assert decide(question, [rule, other], vocabulary).verdict == "no"


def test_answer_behind() -> None:
    text = "问:可以吗?答:不可以。(答应扣6分)后文"
    assert answer_behind("问:可以吗?", text, 6) == "答:不可以。(答应扣6分)"
    assert answer_behind("不可以。", text, 6) == ""


@pytest.mark.parametrize(
    ("text", "frame", "turned", "negations"),
    [
        ("不补寄行吗", "may", False, 1),
        ("能不能补寄", "may", False, 0),
        ("写这个词违规吗", "breach", False, 0),
        ("这样说没问题吧", "breach", True, 0),
        ("不用补寄吧", "must", True, 0),
        ("要不要补寄", "must", False, 0),
        ("能不能回「这不是我的错」", "may", False, 0),
        ("没到付款期的单子能关吗", "may", False, 0),
        ("can I refuse to ship", "may", False, 1),
        ("is it against the rules to refuse a return", "breach", False, 1),
        ("do I have to reply at night", "must", False, 0),
    ],
)
def test_what_is_asked(text: str, frame: str, turned: bool, negations: int) -> None:
    asked = read_asked(read_question(text))
    assert (asked.frame, asked.turned, asked.negations) == (frame, turned, negations)


@pytest.mark.parametrize(
    ("sentence", "stances"),
    [
        ("商家不得拒绝开票。", ["forbid"]),
        ("为满足买家需求,支持送货上门。", ["permit", "permit"]),
        ("不能出现「不能退」三个字。", ["forbid"]),
        ("一定不要发银行卡号。", ["forbid"]),
        ("买家主动要求关闭的,不扣分。", ["clear", "clear"]),
        ("无法申请赔偿。", ["deny"]),
        ("除生鲜外,都支持退货。", ["except", "permit"]),
    ],
)
def test_stances(sentence: str, stances: list[str]) -> None:
    assert [c.stance for c in clauses_of(sentence)] == stances


def test_clauses_lie_in_the_sentence() -> None:
    for case in CASES:
        for clause in clauses_of(case["sentence"]):
            assert 0 <= clause.start <= clause.act <= clause.end <= len(case["sentence"])


def test_every_reading_has_a_weight(vocabulary: Vocabulary) -> None:
    weights = words().weights
    for case in CASES:
        question = read_question(case["question"])
        for reading in readings_of(read_asked(question), [(case["sentence"], case["lead"])], vocabulary):
            assert reading.name in weights
            assert abs(reading.value) <= 1.0
    # No weight may speak against its own reading.
    assert min(weights.values()) >= 0.0


def test_it_is_fast(vocabulary: Vocabulary) -> None:
    questions = [(read_question(c["question"]), [(c["sentence"], c["lead"])] * 3) for c in CASES]
    spent = []
    for question, sentences in questions:
        begin = time.perf_counter()
        decide(question, sentences, vocabulary)
        spent.append(time.perf_counter() - begin)
    assert statistics.median(spent) < 0.002


def test_what_the_shop_may_choose_is_no_duty(vocabulary: Vocabulary) -> None:
    rule = [("商家可以选择是否为订单投保运费险。", "")]
    assert decide(read_question("必须给每单买运费险吗"), rule, vocabulary).verdict == "no"
    assert decide(read_question("Do I have to insure the freight of every order?"), rule, vocabulary).verdict == "no"


def test_what_is_left_out_and_what_is_let_in_are_told_apart(vocabulary: Vocabulary) -> None:
    rule = [("除自动回复外,机器人回复也计入回复率。", "")]
    assert decide(read_question("自动回复算进回复率吗"), rule, vocabulary).verdict == "no"
    assert decide(read_question("机器人回复算进回复率吗"), rule, vocabulary).verdict == "yes"


@pytest.mark.parametrize(
    ("question", "frame"),
    [
        ("这句话写在详情页算不合规吗", "breach"),
        ("让买家自己去网点取件是不是不太合适", "breach"),
        ("这句话写在详情页合不合规", "may"),
        ("第三天才寄出算晚吗", "breach"),
        ("一句没骂人的气话也扣?", "breach"),
        ("Can I add the tax points to the price?", "may"),
        ("Does that cost us points?", "breach"),
    ],
)
def test_breaches_are_told_from_permissions(question: str, frame: str) -> None:
    asked = read_asked(read_question(question))
    assert (asked.frame, asked.negations) == (frame, 0)


def test_to_leave_something_out_is_asked_with_a_negation() -> None:
    assert read_asked(read_question("标题里最好别放二维码对吧")).negations == 1
    assert read_asked(read_question("特别大的件要分别寄吗")).negations == 0


@pytest.mark.parametrize("question", ["买家要把零食开成办公用品,能答应吗", "把零食的票开成办公用品算违规吗"])
def test_what_punishes_an_answer_rules_the_question(question: str, vocabulary: Vocabulary) -> None:
    told = SentenceContext("问:我买的零食能开成办公用品的发票吗?", answer="答:只按您买的东西开票。(答应扣6分)")
    assert decide(read_question(question), [told], vocabulary).verdict == ("yes" if "违规" in question else "no")


def test_listed_excuses_are_refusals_whether_they_negate_or_not(vocabulary: Vocabulary) -> None:
    rule = ("商家表示“开票系统升级中”,“本月的票用完了”等等", "拒开发票的违规情况:")
    asked = read_question("跟买家说“系统坏了开不了票”算违规吗")
    assert decide(asked, [rule], vocabulary).verdict != "no"
