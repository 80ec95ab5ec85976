"""A small desk for the web chat's tests: eight invented articles, a handful of fixed answers, a naive draft check."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bot.answers import Answer, Citation, Conflict, ConflictSide, Fact, Language
from bot.desk_api import Turn
from bot.findings import CheckResult, Finding, Severity
from index.hits import Hit
from ingest.articles import Article, Passage
from ingest.errors import UsageError
from ingest.platforms import normalise_platform

MAX_QUESTION = 2000


def _article(number: int, title: str, platforms: tuple[str, ...], published: str | None, text: str) -> Article:
    url = f"https://rules.example.test/{number}.html" if number != 8 else None
    return Article(f"art-{number}", "rules", title, platforms, published, url, ("rules.example.test",), text)


ARTICLES = (
    _article(
        1,
        "天猫:刷卡付款的附加费用",
        ("天猫",),
        "2026-03-02",
        "一、适用范围\n本条说的是顾客用信用卡、花呗分期等工具付款的订单。\n二、怎么做\n"
        "店铺开通信用卡付款后,刷卡产生的费率成本归店铺,客服不能请顾客补这笔差额,也不能为此改价。"
        "每出现一次记6分,并把多收的金额退给顾客。\n三、说明\n店铺可以不开通信用卡付款,但开通之后要对所有商品生效。"
        "顾客自己选择的分期利息由顾客承担,页面上会事先写明。",
    ),
    _article(
        2,
        "天猫:发货超时怎么赔(新版)",
        ("天猫",),
        "2025-11-20",
        "现货订单须在付款后48小时内发出。超过时限的,顾客可得订单金额的10%,最低5元,最高100元。"
        "因天气封路等无法预见的原因迟发,店铺在3天内交出证明即可免赔。",
    ),
    _article(
        3,
        "天猫:迟发订单的补偿",
        ("天猫",),
        "2019-04-01",
        "付款之后72小时还没有揽收记录,就算迟发。这时顾客可以拿到相当于订单金额30%的积分补偿,单笔最多500元。",
    ),
    _article(
        4,
        "京东:开票须知",
        ("京东",),
        "2024-09-15",
        "顾客在签收后180天内提出开票,店铺都要开。不得以优惠价、活动价为由不给开,也不得另收税点。"
        "拒绝一次扣12分;发票内容必须与所售商品一致。",
    ),
    _article(
        5,
        "拼多多:包邮的含义",
        ("拼多多",),
        "2017-06-08",
        "标了包邮的商品,送到除港澳台以外的地址都不再收运费。偏远地区若不包,要在标题旁写出具体省份,下单后再提就算违约。",
    ),
    _article(
        6,
        "抖音:不得把顾客带到站外",
        ("抖音",),
        "2026-01-10",
        "聊天里发送微信号、二维码、其他网店链接,都算引导站外交易。首次警告,再次扣4分并停用客服账号24小时。",
    ),
    _article(
        7,
        "各平台通用:称呼与语气",
        ("淘宝", "天猫", "京东", "拼多多", "抖音", "快手", "1688"),
        None,
        "与顾客说话不带讥讽和辱骂。" + "遇到情绪激动的顾客,先复述诉求,再给出办法。" * 40,
    ),
    _article(
        8,
        "1688:混批门槛",
        ("1688",),
        "2018-02-14",
        "卖家可以按件数或金额设混批门槛,门槛要写在商品页上。聊天中临时加价的,买家可以申请退款。",
    ),
)
BY_ID = {a.article_id: a for a in ARTICLES}


def cite(n: int, article_id: str, quote: str) -> Citation:
    """The citation of a quote that stands in one of the articles."""
    article = BY_ID[article_id]
    start = article.text.index(quote)
    return Citation(
        n,
        article_id,
        article.title,
        article.platforms,
        article.published,
        article.url,
        f"{article_id}#0",
        start,
        start + len(quote),
        quote,
    )


def hit(article_id: str, rank: int) -> Hit:
    """The first 400 characters of an article as a hit."""
    article = BY_ID[article_id]
    text = article.text[:400]
    passage = Passage(f"{article_id}#0", article_id, (), article.platforms, 0, len(text), text)
    return Hit(passage, 1.0 / rank, rank, (0, min(60, len(text))), {"dense": 0.8})


def _card(question: str, platform: str | None, language: Language) -> Answer:
    first = cite(1, "art-1", "客服不能请顾客补这笔差额,也不能为此改价。")
    second = cite(2, "art-1", "每出现一次记6分,并把多收的金额退给顾客。")
    zh = "刷卡的费率成本由店铺自己承担[1]。收了要退,每次记6分[2]。"
    en = "The shop bears the card fee itself [1]. What was charged is paid back, with 6 points each time [2]."
    return Answer(
        question,
        platform,
        language,
        "no",
        False,
        "",
        zh if language == "zh" else en,
        (first, second),
        (Fact("points", 6, "6分", 2),),
        (),
        "亲,刷信用卡不另外收费的,按页面价格付款就可以哦~"
        if language == "zh"
        else "No extra fee for paying by card: please pay the price shown on the page.",
        (hit("art-1", 1),),
        {"retrieve": 8.1, "read": 3.2, "total": 11.3},
        "sure",
    )


def _late(question: str, platform: str | None) -> Answer:
    new = cite(1, "art-2", "现货订单须在付款后48小时内发出。")
    pay = cite(2, "art-2", "超过时限的,顾客可得订单金额的10%,最低5元,最高100元。")
    old = cite(3, "art-3", "付款之后72小时还没有揽收记录,就算迟发。")
    sides = (
        ConflictSide("48小时,赔10%", "天猫", "2025-11-20", 1),
        ConflictSide("72小时,赔30%积分", "天猫", "2019-04-01", 3),
    )
    facts = (
        Fact("duration", 48, "48小时", 1),
        Fact("percent", 10, "10%", 2),
        Fact("money", 5, "5元", 2),
        Fact("money", 100, "100元", 2),
    )
    return Answer(
        question,
        platform,
        "zh",
        None,
        False,
        "",
        "现货付款后48小时内要发出[1],迟了赔订单金额的10%[2]。旧规写的是72小时[3]。",
        (new, pay, old),
        facts,
        (Conflict("发货时限与赔付", sides, 1),),
        "亲,超过48小时没发出,会按订单金额的10%赔付给您。",
        (hit("art-2", 1), hit("art-3", 2)),
        {"retrieve": 9.0, "read": 4.0, "total": 13.0},
        "check",
    )


def _invoice(question: str, platform: str | None) -> Answer:
    found = cite(1, "art-4", "不得以优惠价、活动价为由不给开,也不得另收税点。")
    penalty = cite(2, "art-4", "拒绝一次扣12分")
    return Answer(
        question,
        platform,
        "zh",
        "yes",
        False,
        "",
        "特价商品也要开票[1],拒绝一次扣12分[2]。",
        (found, penalty),
        (Fact("points", 12, "12分", 2),),
        (),
        "亲,可以开的,请把抬头和税号发给我。",
        (hit("art-4", 1),),
        {"retrieve": 7.0, "read": 2.0, "total": 9.0},
        "sure",
    )


def _free_shipping(question: str, platform: str | None) -> Answer:
    found = cite(1, "art-5", "偏远地区若不包,要在标题旁写出具体省份,下单后再提就算违约。")
    return Answer(
        question,
        platform,
        "zh",
        "depends",
        False,
        "",
        "看页面有没有事先写明不包的省份[1]。",
        (found,),
        (),
        (),
        None,
        (hit("art-5", 1),),
        {"total": 6.0},
        "unsure",
    )


def _refused(question: str, platform: str | None, reason: str) -> Answer:
    hits = (hit("art-7", 1), hit("art-8", 2))
    return Answer(
        question,
        platform,
        "zh",
        None,
        True,
        reason,
        "规则里没有写这件事。",
        (),
        (),
        (),
        None,
        hits,
        {"total": 5.0},
        "unsure",
    )


_WORDS: tuple[tuple[str, str, Severity, str | None, str, str, str], ...] = (
    ("手续费", "card_fee", "high", "6分/次", "art-1", "客服不能请顾客补这笔差额", "刷卡不另外收费,按页面价付款就行。"),
    ("加微信", "offsite_contact", "high", "4分", "art-6", "都算引导站外交易。", "有问题在这里留言就好,我一直在。"),
    (
        "不给开票",
        "invoice_refused",
        "medium",
        "12分",
        "art-4",
        "不得以优惠价、活动价为由不给开",
        "可以开票,请发我抬头和税号。",
    ),
    ("全网最低", "absolute_terms", "low", None, "art-7", "与顾客说话不带讥讽和辱骂。", "这款现在有活动价,比平时划算。"),
)


class FakeDesk:
    """Fits DeskApi. `slow` is a delay in seconds, so that tests can see the waiting state."""

    def __init__(self, slow: float = 0.0, extra: dict[str, Answer] | None = None, more: Sequence[Article] = ()) -> None:
        self.slow = slow
        self.extra = extra or {}
        self.more = {a.article_id: a for a in more}
        self.histories: list[tuple[Turn, ...]] = []

    def ask(
        self,
        question: str,
        platform: str | None = None,
        history: Sequence[Turn] = (),
        top: int = 5,
        item_id: str | None = None,
    ) -> Answer:
        """A fixed answer by keyword; anything else is refused."""
        platform = _wanted(question, platform, "question")
        self.histories.append(tuple(history))
        if self.slow or "慢" in question:
            time.sleep(self.slow or 1.5)
        if "坏了" in question:
            raise RuntimeError("secret internals /etc/desk.sqlite3")
        if question in self.extra:
            return self.extra[question]
        lower = question.lower()
        if "信用卡" in question or "card" in lower:
            return _card(question, platform, "en" if question.isascii() else "zh").with_id(item_id)
        if "发货" in question:
            return _late(question, platform).with_id(item_id)
        if "票" in question:
            return _invoice(question, platform).with_id(item_id)
        if "包邮" in question:
            return _free_shipping(question, platform).with_id(item_id)
        return _refused(question, platform, "规则库里没有谈到这件事的条文。").with_id(item_id)

    def check(self, draft: str, platform: str | None = None, item_id: str | None = None) -> CheckResult:
        """A finding for each listed word in the draft."""
        _wanted(draft, platform, "draft")
        found = []
        for word, label, severity, penalty, article_id, quote, suggestion in _WORDS:
            start = draft.find(word)
            if start >= 0:
                citation = cite(len(found) + 1, article_id, quote)
                message = f"“{word}”这样说会被判违规。"
                found.append(
                    Finding(label, severity, start, start + len(word), message, penalty, (citation,), suggestion)
                )
        return CheckResult(draft, tuple(sorted(found, key=lambda f: f.start)), item_id)

    def articles(self) -> Sequence[Article]:
        """All articles, newest first."""
        everything = (*ARTICLES, *self.more.values())
        return sorted(everything, key=lambda a: a.published or "", reverse=True)

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        return BY_ID.get(article_id) or self.more.get(article_id)

    def refresh(self) -> bool:
        """There is never a newer index."""
        return False


def _wanted(text: str, platform: str | None, what: str) -> str | None:
    if not text.strip():
        raise UsageError(f"the {what} is empty: write what you want to know")
    if len(text) > MAX_QUESTION:
        raise UsageError(f"the {what} has {len(text)} characters, the limit is {MAX_QUESTION}: shorten it")
    if platform is None:
        return None
    known = normalise_platform(platform)
    if known is None:
        raise UsageError(f"unknown platform {platform!r}: leave it out or take one of the seven")
    return known
