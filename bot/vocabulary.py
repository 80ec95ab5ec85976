"""How telling each term is in a corpus, and which terms stand in which of its sentences."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import rjieba

from index.glossary import domain_glossary
from index.query import CONCEPT
from ingest.articles import Article

_CJK = re.compile("[\u4e00-\u9fff]")
# Words that say how something is said, not what about; concepts of this kind carry little too.
STOP_WORDS = frozenset(
    "的 了 吗 呢 吧 啊 呀 么 嘛 我 我们 你 你们 您 他 她 它 他们 自己 这 那 这个 那个 这样 那样 这种 一个 个 是 是不是 有 没有 没 不 在 "
    "和 与 跟 或 或者 就 都 也 还 又 再 才 要 会 能 可以 可 能不能 可不可以 行 行吗 行不行 成 好 好不好 吗? 给 把 被 让 叫 对 从 到 "
    "向 去 来 上 下 里 中 后 前 时 时候 如果 要是 的话 怎么 怎么办 怎样 如何 什么 啥 哪 哪些 哪个 哪里 多少 几 多久 多长 为什么 "
    "得 地 着 过 说 问 想 知道 请问 一下 下 点 些 呗 咋 咋办 之 以 于 而 且 但 但是 因为 所以 用 做 弄 搞 算 算不算 是否 需要 "
    "应该 必须 一般 现在 然后 直接 还是 只 只有 最 很 太 更 那么 这么 人家 人 东西 事 情况 规定 规则 平台 店 店铺 商家 卖家 我家 "
    "客服 亲 吧? 呢? 到底 一定 其他 别的 有没有 会不会 要不要 用不用 需不需要 怎么样 能否 可否 关于 按 按照 根据 每 等".split()
)
STOP_ENGLISH = frozenset(
    "a an the is are was were be been do does did can could may might must shall should will would i we you he she it they me us "
    "them my our your his her its their this that these those to of in on at for from by with about as into over after before "
    "and or but if then than so not no yes what which who whom whose when where why how long many much there here any some all "
    "each every just only also too very get got have has had let make need want say says said tell ask asks asked if it's i'm "
    "don't doesn't isn't can't ok okay please hi hello rule rules platform shop store seller merchant shops out up off am s t re "
    "one still ever really right case someone something anything customer buyer buyers customers give gives while without".split()
)


class Vocabulary:
    """Inverse document frequencies over the sentences of a corpus."""

    def __init__(self, articles: Mapping[str, Article], spans: Iterable[tuple[str, int, int]]) -> None:
        """`spans` are the corpus's sentences as (article_id, start, end)."""
        self._articles = articles
        counts: Counter[str] = Counter()
        total = 0
        for article_id, start, end in spans:
            total += 1
            counts.update(self.terms_at(article_id, start, end))
        self._total = max(total, 1)
        self._counts = counts
        self.highest = math.log(1 + (self._total + 0.5) / 0.5)
        self._weights = {t: math.log(1 + (self._total - n + 0.5) / (n + 0.5)) for t, n in counts.items()}

    def weight(self, term: str) -> float:
        """The idf of a term; one that no sentence holds has the highest."""
        return self._weights.get(term, self.highest)

    def knows(self, term: str) -> bool:
        """Whether any sentence of the corpus holds the term."""
        return term in self._counts

    def terms_at(self, article_id: str, start: int, end: int) -> frozenset[str]:
        """The telling terms of article.text[start:end]."""
        return key_terms(self._articles[article_id].text[start:end])


@lru_cache(maxsize=10_000)  # sentences of the rules; questions pass through it, and must not fill memory
def key_terms(text: str) -> frozenset[str]:
    """Concepts of a text, and its content words that no concept covers."""
    terms = domain_glossary().terms(text)
    covered = bytearray(len(text))
    for term in terms:
        covered[term.start : term.end] = b"\x01" * (term.end - term.start)
    found = {f"{CONCEPT}{t.concept}" for t in terms}
    for word, start, end in rjieba.tokenize(text, "default"):
        if any(covered[start:end]):
            continue
        low = word.lower()
        if is_content(low):
            found.add(low)
    return frozenset(found)


def is_content(word: str) -> bool:
    """Whether a word says what something is about."""
    if _CJK.search(word):
        return len(word) >= 2 and word not in STOP_WORDS
    return len(word) >= 2 and word.isalnum() and word not in STOP_ENGLISH
