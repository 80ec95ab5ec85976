"""Disguised words are seen through, and the mark always lands on the draft's own characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.check import ReplyChecker
from bot.check.disguise import Unmasker
from bot.check.normalise import fold
from bot.check.patterns import load_breaches


def unmasked(text: str) -> str:
    data = load_breaches()
    return Unmasker(data.names, data.near_names).unmask(fold(text)).text


@pytest.mark.parametrize(
    "name",
    [
        "微信",
        "薇信",
        "威信",
        "V信",
        "ＶＸ",
        "wx",
        "weixin",
        "WeChat",
        "微 信",
        "微.信",
        "微\u200b信",
        "徽信",
        "wei信",
        "w❤x",
    ],
)
def test_wechat_in_disguise(checker: ReplyChecker, name: str) -> None:
    draft = f"加我{name}聊吧"
    (finding,) = [f for f in checker.check(draft).findings if f.label == "offsite_contact"]
    assert name in draft[finding.start : finding.end]


@pytest.mark.parametrize("name", ["QQ", "Ｑ Ｑ", "q-q", "扣扣", "企鹅号", "Q群"])
def test_qq_in_disguise(checker: ReplyChecker, name: str) -> None:
    assert "offsite_contact" in {f.label for f in checker.check(f"您加我们{name}吧").findings}


@pytest.mark.parametrize("name", ["淘宝", "tao宝", "Taobao", "桃宝", "某宝", "淘 宝", "淘寶", "zfb", "支傅宝"])
def test_other_platforms_in_disguise(checker: ReplyChecker, name: str) -> None:
    assert [f.label for f in checker.check(f"{name}更便宜", "京东").findings] == ["competitor"]


@pytest.mark.parametrize(
    "draft",
    ["信 用 卡 手 续 费 您 出", "信用卡需加收３％手續費", "信用ka付款另收shouxufei1%", "信*用*卡要您补1%手续费"],
)
def test_card_fee_in_disguise(checker: ReplyChecker, draft: str) -> None:
    assert "card_fee" in {f.label for f in checker.check(draft).findings}


@pytest.mark.parametrize(
    "text", ["作为新客户可以领券", "快收到货了", "每天,猫咪都爱吃", "信号不好请稍微,等等", "惊动您了", "公司维新改制"]
)
def test_ordinary_words_are_no_disguise(text: str) -> None:
    plain = unmasked(text)
    assert not any(name in plain for name in ("微信", "快手", "天猫", "京东", "qq"))


def test_an_ordinary_word_counts_only_beside_words_of_contact(checker: ReplyChecker) -> None:
    assert checker.check("店长在店里很有威信").ok
    assert not checker.check("加威信领券").ok


FILLERS = st.sampled_from(["", " ", "\u200b", "  ", "\u3000", "*", ".", "-", "·", "\ufe0f"])


@given(st.lists(FILLERS, min_size=7, max_size=7), st.sampled_from(["全网第一好货源", "这款顶级配方好"]))
def test_the_mark_maps_back_through_any_filling(fillers: list[str], text: str) -> None:
    draft = "".join(f + c for f, c in zip(fillers, text, strict=True))
    view = fold(draft)
    assert view.text == text
    for i, char in enumerate(text):
        assert draft[view.starts[i] : view.ends[i]] == char


@given(st.text(max_size=60))
def test_offsets_are_sound_for_any_text(draft: str) -> None:
    view = fold(draft)
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert list(view.starts) == sorted(view.starts)
    assert all(0 <= s < e <= len(draft) for s, e in zip(view.starts, view.ends, strict=True))


@given(st.text(alphabet="加我薇微信vVxXqQ扣 ,。?!~不能手续费信用卡您出1%", max_size=40))
def test_findings_lie_inside_the_draft(checker: ReplyChecker, draft: str) -> None:
    for finding in checker.check(draft).findings:
        assert 0 <= finding.start < finding.end <= len(draft)


def test_a_replaced_name_stands_for_the_whole_span_it_replaces() -> None:
    data = load_breaches()
    draft = "您加我 V 信 吧"
    view = Unmasker(data.names, data.near_names).unmask(fold(draft))
    at = view.text.index("微信")
    start, end = view.span(at, at + 2)
    assert draft[start:end] == "V 信"


def test_traditional_characters_keep_their_places() -> None:
    assert fold("開發票的手續費").text == "开发票的手续费"


def test_a_point_stays_between_digits_only() -> None:
    assert fold("加1.5个点 N.O.1").text == "加1.5个点no1"
