"""What a figure measures in its sentence, and who is to keep the term it sets."""

from __future__ import annotations

import re

from bot.conflicts.lines import Line
from bot.figures import Figure, figures_in

_PENALTY = re.compile(r"(?:扣|记|(?<![累合总])计|(?<!累)积|罚|减)(?:掉|除|去)?[^，,。；;\d]{0,4}$")
LADDER = re.compile(r"(?:累计|累积|达到?|满|合计|够|超过|超出|高达|每)[^，,。；;扣记计]{0,4}$")
_OVER = re.compile(
    r"(?:每?满|门槛|起批|起订|起送|起购|最低|起码|超过|超出|达到?|不?低于|不足|不?少于|多于|不?高于|不?大于|不?小于|未满|至少|[≥≤><])\s?[^，,。；;\d]{0,4}$"
)
_ABOVE = re.compile(r"(?<!不)(?<!不得)(?<!不能)(?:超过|超出|多于|高于|大于)\s?[^，,。；;\d]{0,2}$")
_OVER_AFTER = re.compile(r"^\s?[（(]?(?:含)?[）)]?\s?(?:及|或)?(?:以上|以下|起(?=[订批送的，,。可才]))")
_CAP = re.compile(
    r"(?:最高|最多|[仅只](?:能|可|许|限)|上限|封顶|不(?:得|能|会)?超过|不高于|不得高于|至多|限额|顶格|最大)[^，,。；;]{0,8}$"
)
_CAP_AFTER = re.compile(r"^\s?(?:封顶|为限|为上限|以内|之内|为顶)")
_GETS = re.compile(r"\s?[元件]?\s?[，,]?(?:可|再|立|就|即)?(?:享受?|减|送|返|打)")
_QUOTA = re.compile(r"限(?:购|领|拍|买|量|用)?[^，,。；;]{0,4}$")
_MAY_DO = re.compile(r"(?<![不只])(?:可以?|能|允许)[^，,。；;不满达超]{0,10}$")
# 「由48小时改为24小时」: the first figure holds no longer.
_FORMER = re.compile(r"(?:由|从|原来?的?|原先|原本|以前|以往|过去|此前|之前|旧规?的?)[^，,。；;\d]{0,8}$")
_CHANGED = re.compile(
    r"^[^。；;]{0,14}?(?:改[为成到]|[调缩延提降升增减变涨][^，,。；;\d]{0,3}[为到成至]|现在|如今|现为|放宽|收紧)"
)
_FROM_TO = re.compile(
    r"(?:由|从)[^，,。；;]{1,16}?(?:改[为成到]|[调缩延提降升增减变涨][^，,。；;\d]{0,3}[为到成至])\s?$"
)
_SCORE = re.compile(r"(?:评分|得分|DSR|综合分|体验分|服务分)[^，,。；;]{0,8}$")
_EACH = re.compile(r"每(?:次|笔|单|件|起|例|回)\s?$")
NO_POINTS = re.compile(r"不(?:会|再|用|需)?(?:被)?(?:扣|记)(?:除)?(?:任何)?分(?!钟)")
_MINUS = re.compile(r"(?:立?减|送|返|抵)[^，,。；;\d]{0,3}$")
_LIMITED = re.compile(r"(?:只|仅|最多|限|可|允许|延长|免费|能)[^，,。；;]{0,6}$")
_MIN = re.compile(r"(?:至少|不少于|不低于|最短|不短于|起码|不得少于|提前)[^，,。；;\d]{0,6}$")
_ROLES: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "money": (
        ("fine", re.compile(r"违约金|罚款|罚金|罚(?=\d|人民|[一二三四五六七八九十])|处罚")),
        ("bond", re.compile(r"保证金|押金")),
        ("pay", re.compile(r"赔|补偿|先行")),
        ("reward", re.compile(r"奖|返|红包|券")),
        ("fee", re.compile(r"费|佣金|收取|加收")),
    ),
    "percent": (
        ("pay", re.compile(r"赔|补偿|违约金")),
        ("fee", re.compile(r"手续费|服务费|佣金|税点|加收|收取|扣点|费率")),
        ("deposit", re.compile(r"定金|订金")),
        ("rate", re.compile(r"率")),
        ("discount", re.compile(r"折|优惠|减")),
    ),
    "count": (
        ("pay", re.compile(r"赔|罚")),
        ("stack", re.compile(r"叠加|同时使用|一起用")),
        ("buy", re.compile(r"限购|购买|拍下|下单")),
    ),
}
_OF_RATE = re.compile(r"^[为作是]?一[节档段]|^(?:之?内|以内)?[^，,。；;]{0,3}率")
REQUEST = re.compile(r"(?:退款|退货|换货|维修|售后)[^，,。；;]{0,8}(?:的|后|申请|[，,])")
_WHO = re.compile(
    r"(?<![向给对让把为与跟被和问请替找帮])(?<!要求)(?<!通知)(?<!告诉)(?<!引导)(?:(?P<buyer>买家|消费者|顾客|客户(?!服务)|买方|用户|购买者)"
    r"|(?P<seller>商家|卖家|商户|店铺|店家|客服|卖方|掌柜|仓库))(?!的?(?:信息|资料|账[户号]|原因|责任|同意|地址|权益|电话|隐私|个人|的?要求下))"
)
# 「买家发来消息，3分钟内回」: who writes is not who is to answer.
_OCCASION = re.compile(
    r"(?:买家|消费者|顾客|客户|用户)[^，,。；;]{0,6}(?:发来|进[线店来]|来[问找]|咨询|提问|留言|消息)[^，,。；;]{0,6}[，,]"
)


def beside(text: str, line: Line, figure: Figure) -> tuple[str, str]:
    """The words of a figure's clause before and behind it, up to the next figure of its kind on either side."""
    start, end = line.clauses[line.clause_at(figure.start)]
    for other in figures_in(text, start, end):
        if other.kind == figure.kind and other.end <= figure.start:
            start = other.end
        if other.kind == figure.kind and other.start >= figure.end:
            end = min(end, other.start)
    return text[start : figure.start], text[figure.end : end]


def role_of(text: str, line: Line, figure: Figure) -> str:
    """What a figure measures in its line; "step" for one that only says when the rule holds, "none" for no claim."""
    which = line.clause_at(figure.start)
    start, end = line.clauses[which]
    before, after = text[start : figure.start], text[figure.end : end]
    before = _FROM_TO.sub("", before)
    if _FORMER.search(before) and _CHANGED.search(text[figure.end : line.end]):
        return "none"
    if figure.kind == "points":
        if _PENALTY.search(before) or (_EACH.search(before) and "扣分" in text[line.start : figure.start]):
            return "penalty"
        if _SCORE.search(before):
            return "score"
        return "step" if LADDER.search(before) or _OVER_AFTER.match(after) else "none"
    if figure.kind == "duration":
        if _OF_RATE.match(after):
            return "none"
        return "min" if _MIN.search(before) else "span"
    if figure.kind == "count" and (_QUOTA.search(before) or _MAY_DO.search(before)):
        return "cap"
    if _CAP.search(before) or _CAP_AFTER.match(after):
        return "cap"
    if _MINUS.search(before) and "满" in text[line.start : figure.start]:
        return "minus"
    if _OVER.search(before) or _OVER_AFTER.match(after):
        if _ABOVE.search(before):
            return "above"
        return "step" if re.search(r"满\s?$", before) and _GETS.match(after) else "over"
    if figure.kind == "count" and re.search(r"累计|第$", before):
        return "step"
    if figure.kind == "count" and figure.text.startswith("一") and not _LIMITED.search(before):
        return "none"  # 「一次」 and 「一笔」 are mostly no more than an article
    earlier = text[line.clauses[which - 1][0] : start] if which else ""
    for words in (before + after, earlier):
        for role, form in _ROLES.get(figure.kind, ()):
            if form.search(words):
                return role
    return "plain"


def is_step(role: str) -> bool:
    """Whether a figure of this role says when the others of its line hold."""
    return role in ("step", "over", "above")


def actor_of(text: str, start: int, figure: Figure, after: str) -> str | None:
    """Who is to keep a term: the party right behind it (「24小时内卖家要…」), else the last one before it."""
    behind = re.match(r"(?:之内|以内|内)?[，,]?(?=[买卖商店客消顾])", after)
    return (who(after[: behind.end() + 4]) if behind else None) or who(_OCCASION.sub("", text[start : figure.start]))


def who(text: str) -> str | None:
    """Who is to act according to the words before a figure or a modal word: the last party named there."""
    found = [m.lastgroup for m in _WHO.finditer(text)]
    return found[-1] if found else None
