"""Four exam items over the small desk's articles: one of each kind, and one whose key the rules contradict."""

from __future__ import annotations

from bot.practice import Deck, Note, PracticeItem
from ingest.exam import ExamItem

CHOICE = ExamItem(
    "x-choice",
    "single_choice",
    "拒绝给京东顾客开票,一次扣几分?",
    "C",
    {"A": "2分", "B": "6分", "C": "12分"},
    (("art-4", "拒绝一次扣12分"),),
)
JUDGE = ExamItem("x-judge", "true_false", "天猫店铺可以请刷卡的顾客补手续费。", False, {}, None)
BLANKS = ExamItem(
    "x-blanks",
    "fill_in",
    "天猫现货订单须在付款后（　）内发出,超时赔订单金额的（　）。",
    (("48小时", "48"), ("10%",)),
    {},
    (("art-2", "现货订单须在付款后48小时内发出。"), ("art-2", "这一句文章里没有")),
)
ODD = ExamItem(
    "x-odd", "true_false", "付款之后48小时还没有揽收,天猫赔30%积分。", True, {}, (("art-3", "单笔最多500元。"),)
)
ITEMS = (
    PracticeItem(CHOICE, "invoice"),
    PracticeItem(JUDGE, "payment"),
    PracticeItem(BLANKS, "delivery"),
    PracticeItem(ODD, "delivery", Note("disagree", {"zh": "规则写的是72小时。", "en": "The rule has 72 hours."})),
)
DECK = Deck({p.item.id: p for p in ITEMS})
KEYS = {"x-choice": "C", "x-judge": False, "x-blanks": ["48小时", "10%"], "x-odd": True}
