"""Text -> its telling words, whatever the matter, weighed by how seldom rules use them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import rjieba

from bot.conflicts_words import Words, set_aside
from bot.figures import figures_in
from index.glossary import domain_glossary

# Parts of speech that carry no matter: particles, pronouns, conjunctions, prepositions, numerals, marks, adverbs.
_EMPTY = frozenset("u uj ul uz uv ug ud r rr rz c p m q mq x w y e o zg d f k h".split())
_CHINESE = re.compile(r"^[\u4e00-\u9fffA-Za-z]+$")
# What another word counts that names the same concept, and one that shares all its characters.
CONCEPT = 0.85
CUT_OTHERWISE = 0.95
CHARACTER = 0.7
SINGLE = 0.6
TELLING = 0.5
# A word whose concept is the rule's own machinery, such as 现货 or 审核.
VAGUE = 0.6
MEASURING = 0.05
_DOING = frozenset(("v", "vd", "vg"))  # 「提交坏果」 is no kind of 坏果
_MEASURES = frozenset("费率期额金券分量线")  # 「退货运费」 is a kind of freight
STATUS = frozenset("未已没")
_AUXILIARY = frozenset("答问内后前时应须要可会能得扣分元天日次每按由给把被让使从自至到在于以为是有就都也还再又才则即所其者么吗呢了着过起来去上下中里外也不无未没非等及或与和并却但而且若如因故请将已")
# Words that the dictionary cuts wrongly (食品类目 into 食品类 and 目).
_DOMAIN = ("类目", "买家", "卖家", "拼单", "揽收", "签收", "主播", "达人", "小店", "保证金", "客单价", "晒图", "返现", "货到付款", "花呗", "白条", "自然年", "自然月")
_JOINTS = frozenset("的之")
# What kinds are told of, however common the word: 预售商品, 钻石会员.
_THINGS = frozenset(("商品", "订单", "店铺", "用户", "类目", "类", "会员", "商家", "卖家", "买家", "客服", "顾客", "客户", "消费者", "商户", "款", "单", "班", "场"))
_PARTIES = frozenset((
    "taobao", "tmall", "tmall_global", "jd", "pdd", "douyin", "kuaishou", "ali1688", "ali", "suning", "vipshop", "yhd",
    "mogujie", "fliggy", "platform", "buyer", "seller", "agent", "staff", "platform_staff", "goods", "shop", "rule",
    "allowed", "forbidden", "required", "cap", "minimum", "default",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoken:
    """The telling words of a text: word -> weight (0 to 1), word -> the concepts it is part of, or names by itself;
    `pairs` are neighbours, (食品, 类目); `sequence` is the words in order, each with whether it names a thing."""

    weights: Mapping[str, float]
    concepts: Mapping[str, frozenset[str]]
    inner: Mapping[str, frozenset[str]]
    named: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    sequence: tuple[tuple[str, bool], ...]
    raw: str


    @property
    def keys(self) -> frozenset[str]:
        """What a text must share with another to be set against it: its telling words and concepts."""
        return frozenset(w for w, v in self.weights.items() if v >= TELLING) | self.named


@dataclass(frozen=True, slots=True)
class Common:
    """In how many of so many rule lines a word stands."""

    lines: int
    words: Mapping[str, int]

    def rarity(self, word: str) -> float:
        """0 for a word of every line, 1 for one that rules hardly use."""
        return 1 - math.log(1 + self.words.get(word, 0)) / math.log(1 + self.lines)


@cache
def common() -> Common:
    """The counts that ship with the desk."""
    data = json.loads(resources.files("bot").joinpath("conflicts_common.json").read_text(encoding="utf-8"))
    return Common(data["lines"], data["words"])


@cache
def _cutter() -> rjieba.Jieba:
    cutter = rjieba.Jieba()
    for word in _DOMAIN:
        cutter.add_word(word, 2_000_000, "n")
    return cutter


class Speech:
    """Reads the telling words of texts; keeps what it read, for many claims share a title or a section."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._read: dict[str, Spoken] = {}

    def of(self, text: str) -> Spoken:
        """The telling words of a text, worked out once."""
        if text not in self._read:
            self._read[text] = self._spoken(text)
        return self._read[text]

    def _spoken(self, text: str) -> Spoken:
        masked = set_aside(text)
        for figure in figures_in(masked):
            masked = masked[: figure.start] + " " * (figure.end - figure.start) + masked[figure.end :]
        terms = [(t.start, t.end, t.concept) for t in (*domain_glossary().terms(masked), *self._words.extra.terms(masked))]
        weights: dict[str, float] = {}
        concepts: dict[str, frozenset[str]] = {}
        inner: dict[str, frozenset[str]] = {}
        pairs: set[tuple[str, str]] = set()
        sequence: list[tuple[str, bool]] = []
        at, last, status, doing = 0, "", "", False
        for word, tag in _cutter().tag(masked):
            start, at = at, at + len(word)
            told = {n for s, e, c in terms if s < at and start < e for n in self._words.same.get(c, (c,))}
            thing = word in _THINGS
            empty = tag in _EMPTY or word in self._words.plain or word in _AUXILIARY or not _CHINESE.match(word)
            if tag not in _EMPTY and word not in _AUXILIARY and _CHINESE.match(word):
                sequence.append((word, tag not in _DOING))
            if empty and not thing:
                last = last if word in _JOINTS else ""
                status = word.replace("没", "未") if word in STATUS else ""
                continue
            if last and (not doing or (word[-1] in _MEASURES and inner.get(last))):
                pairs.add((last, word))
            doing = tag in _DOING and status == ""
            last = "" if thing or (told and told <= _PARTIES) else status + word
            status = ""
            if word in self._words.plain or (told and told <= _PARTIES):
                continue
            telling = told - self._words.functional
            weight = common().rarity(word) * (SINGLE if len(word) == 1 else 1.0)
            if word in self._words.measuring:
                weight *= MEASURING
            elif told and not telling:
                weight *= VAGUE
            weights[word] = max(weights.get(word, 0.0), weight)
            concepts[word] = concepts.get(word, frozenset()) | telling
            same = {f"={w}" for w in self._words.synonyms.get(word, ())}
            inner[word] = inner.get(word, frozenset()) | {c for s, e, c in terms if start <= s and e <= at} | same
            concepts[word] |= same
        return Spoken(weights, concepts, inner, frozenset[str]().union(*concepts.values()), frozenset(pairs), tuple(sequence), text)


def credit(word: str, own: Spoken, there: Spoken, *, alone: bool = False) -> float:
    """How much of a word of `own` another text says: 1 where it has the word, less for its concept or its characters.

    `alone` counts only concepts that the word names by itself: 电子 is no 发票.
    """
    if word in there.weights:
        return 1.0
    if len(word) > 1 and word in there.raw:
        return CUT_OTHERWISE
    concepts = own.inner.get(word, frozenset()) if alone else own.concepts[word]
    if concepts & there.named:
        return CONCEPT
    return CHARACTER * max((_shared(word, w) for w in there.weights), default=0.0)


@cache
def _shared(one: str, other: str) -> float:
    """The share of characters that two words have in common: 填错 and 写错 share one of two."""
    both = set(one) & set(other)
    return 2 * len(both) / (len(set(one)) + len(set(other))) if both else 0.0
