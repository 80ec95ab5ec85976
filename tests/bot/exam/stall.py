"""A small made-up rulebook and a retriever over it that needs no model."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from index.hits import Hit
from index.query import Query
from ingest.articles import Article, Passage
from ingest.exam import ExamItem
from ingest.sentences import sentence_spans

RULES = {
    "gifts": (
        "赠品规定",
        "一、赠品 商家承诺的赠品要在9天内寄出,逾期未寄的,按订单金额的20%赔付,最高不超过80元。"
        "二、包装 易碎货物须加气泡膜,未加的每次扣3分。包装材料的费用由商家承担。"
        "三、礼盒 礼盒损坏而商家没有提醒的,每次扣5分。",
    ),
    "ladder": (
        "积分阶梯",
        "(1)店铺累计被扣20分的,停售商品4天,缴纳违约金2000元;"
        "(2)店铺累计被扣40分的,停售商品8天,缴纳违约金5000元;"
        "(3)店铺累计被扣60分的,关停店铺并收回招牌。",
    ),
    "photos": (
        "照片要求",
        "上传照片时不得添加二维码,可以添加品牌标志。以下照片不支持置顶: (1)模糊的照片; (2)截屏的照片。"
        "现阶段仅支持邀请制的摄影师入驻。",
    ),
    "talk": (
        "接待用语",
        "常见的违规情况如下: 1、客服表示没有售后 2、客服要求顾客另付包装钱 "
        "正确做法: 耐心记录诉求。晚班的时段为18:00-23:30,超过2分钟未应答就算怠慢。",
    ),
}  # fmt: skip


def article(name: str) -> Article:
    """One article of the rulebook."""
    title, text = RULES[name]
    return Article(name, "rules", title, (), "2031-01-02", None, ("stall",), text)


class StallRetriever:
    """Passages are whole articles, ranked by the characters that they share with the query."""

    pairs = None

    def __init__(self, extra: Mapping[str, str] | None = None) -> None:
        """`extra` are further articles, text by name."""
        self.articles = {name: article(name) for name in RULES}
        for name, text in (extra or {}).items():
            self.articles[name] = Article(name, "rules", name, (), None, None, ("stall",), text)
        self.passages = [
            Passage(f"{a.article_id}#0", a.article_id, (), (), 0, len(a.text), a.text) for a in self.articles.values()
        ]
        self.searched: list[str] = []

    def sentences(self) -> list[tuple[str, int, int]]:
        """All sentences as (article_id, start, end)."""
        return [(n, s, e) for n, a in self.articles.items() for s, e in sentence_spans(a.text)]

    def search(self, query: Query, k: int = 10, allow: Callable[[Passage], bool] | None = None) -> list[Hit]:
        """The passages that share most pairs of characters with the query."""
        self.searched.append(query.text)
        pairs = {query.text[i : i + 2] for i in range(len(query.text) - 1)}
        ranked = sorted(
            (p for p in self.passages if allow is None or allow(p)),
            key=lambda p: -sum(pair in p.text for pair in pairs),
        )
        return [
            Hit(p, float(sum(pair in p.text for pair in pairs)), n, (p.start, p.end), {})
            for n, p in enumerate(ranked[:k], start=1)
        ]


def choice(stem: str, *options: str, answer: str = "A") -> ExamItem:
    """A single-choice item."""
    return ExamItem("c", "single_choice", stem, answer, dict(zip("ABCDE", options, strict=False)))


def statement(stem: str, answer: bool = True) -> ExamItem:
    """A true-or-false item."""
    return ExamItem("t", "true_false", stem, answer)


def blanks(stem: str, *answers: tuple[str, ...]) -> ExamItem:
    """A fill-in item; each answer is what one blank accepts."""
    return ExamItem("f", "fill_in", stem, answers)
