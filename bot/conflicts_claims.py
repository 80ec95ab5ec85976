"""Lines -> claims: what a rule says of which matter, under which circumstances, so that two of them can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.conflicts_lines import Line
from bot.conflicts_words import Words
from bot.figures import Figure, figures_in

ClaimKind = Literal["points", "money", "percent", "duration", "count", "modal", "bearer"]
# A matter counts as told once one full concept of it stands in the words.
CORE = 1.0
LONG_SIDE = 110
_PENALTY = re.compile(r"(?:扣|记|(?<![累合总])计|(?<!累)积|罚|减)(?:掉|除|去)?[^，,。；;\d]{0,4}$")
_LADDER = re.compile(r"(?:累计|累积|达到?|满|合计|够|超过|超出|高达|每)[^，,。；;扣记计]{0,4}$")
_OVER = re.compile(
    r"(?:每?满|门槛|起批|起订|起送|起购|最低|起码|超过|超出|达到?|不?低于|不足|不?少于|多于|不?高于|不?大于|不?小于|未满|至少|[≥≤><])\s?[^，,。；;\d]{0,4}$"
)
_OVER_AFTER = re.compile(r"^\s?[（(]?(?:含)?[）)]?\s?(?:及|或)?(?:以上|以下|起(?=[订批送的，,。可才]))")
_CAP = re.compile(r"(?:最高|最多|上限|封顶|不超过|不得超过|不能超过|不会超过|不高于|不得高于|至多|限额|顶格|最大)[^，,。；;]{0,8}$")
_CAP_AFTER = re.compile(r"^\s?(?:封顶|为限|为上限|以内|之内|为顶)")
_QUOTA = re.compile(r"限(?:购|领|拍|买|量|用)?[^，,。；;]{0,4}$")
_SCORE = re.compile(r"(?:评分|得分|DSR|综合分|体验分|服务分)[^，,。；;]{0,8}$")
_EACH = re.compile(r"每(?:次|笔|单|件|起|例|回)\s?$")
_NO_POINTS = re.compile(r"不(?:会|再|用|需)?(?:被)?(?:扣|记)(?:除)?(?:任何)?分(?!钟)")
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
_OF_RATE = re.compile(r"^(?:之?内|以内)?[^，,。；;]{0,3}率")
_REQUEST = re.compile(r"(?:退款|退货|换货|维修|售后)[^，,。；;]{0,8}(?:的|后|申请|[，,])")
_WHO = re.compile(
    r"(?<![向给对让把为与跟被和问请替找帮])(?<!要求)(?<!通知)(?<!告诉)(?<!引导)(?:(?P<buyer>买家|消费者|顾客|客户(?!服务)|买方|用户|购买者)"
    r"|(?P<seller>商家|卖家|商户|店铺|店家|客服|卖方|掌柜|仓库))(?!的?(?:信息|资料|账[户号]|原因|责任|同意|地址|权益|电话|隐私|个人|的?要求下))"
)
_WHO_ACTS = frozenset("ship handle reply return exchange repair report appeal confirm review pay invoice notify inspect resend".split())
_INVOICE = re.compile(r"发票|开票|寄票|要票")
_STATES = frozenset("demote block limit delist notice freeze ban valid warranty keep extend train".split())
STATE_REACH = 6
_SCRIPT = re.compile(r"亲[~～，,亲]|哦|呢|哈[~～！!]")


@dataclass(frozen=True, slots=True)
class Claim:
    """What one rule says. `value` is a figure's value, "may"/"must"/"must not"/"need not", or who bears a cost."""

    line: Line
    kind: ClaimKind
    role: str
    value: float | str
    unit: str
    acts: frozenset[str]
    anchor: str | None
    actor: str | None
    own: dict[str, float]
    around: frozenset[str]
    circumstances: dict[str, frozenset[str]]
    of_title: dict[str, frozenset[str]]
    of_line: dict[str, frozenset[str]]
    ladder: frozenset[tuple[str, float, str]]
    start: int
    end: int
    at: tuple[int, int] = field(default=(0, 0))

    @property
    def says(self) -> tuple[str, str, float | str, str]:
        """What the claim says, for telling whether another says the same."""
        return (self.kind, self.role, self.value, self.unit)


class Reader:
    """Reads the claims of lines; keeps what it worked out of a title or a section, which many lines share."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._features: dict[str, dict[str, float]] = {}
        self._named: dict[str, dict[str, frozenset[str]]] = {}

    def features(self, text: str) -> dict[str, float]:
        """The features of a text, worked out once."""
        if text not in self._features:
            self._features[text] = self.words.features(text)
        return self._features[text]

    def figure_claims(self, line: Line) -> Iterator[Claim]:
        """The claims that a line's figures make."""
        text = line.article.text
        figures = figures_in(text, line.start, line.end)
        roles = [role_of(text, line, f) for f in figures]
        for at, (figure, role) in enumerate(zip(figures, roles, strict=True)):
            if role == "none" or (figure.kind in ("money", "percent", "count") and _SCRIPT.search(line.text)):
                continue
            steps = frozenset(f.key for f, r in zip(figures, roles, strict=True) if f is not figure and is_step(r))
            if role == "step":
                continue
            if role == "over":
                steps = frozenset(f.key for f in figures if f is not figure and f.kind != "duration")
            before = [f for f in figures[:at] if f.kind == figure.kind]
            floor = before[-1].end if before else line.start
            yield self._figure_claim(line, figure, role, steps | self._head_steps(line), floor)
        for match in _NO_POINTS.finditer(text, line.start, line.end):
            none = Figure("points", 0.0, match.group(0), match.start(), match.end(), "分")
            yield self._figure_claim(line, none, "penalty", self._head_steps(line), line.start)

    def _figure_claim(
        self, line: Line, figure: Figure, role: str, steps: frozenset[tuple[str, float, str]], floor: int
    ) -> Claim:
        text = line.article.text
        which = line.clause_at(figure.start)
        first = self._first_clause(line, which, floor)
        start, end = line.clauses[first][0], line.clauses[which][1]
        before, after = _beside(text, line, figure)
        acts: frozenset[str] = frozenset()
        anchor = None
        if figure.kind == "duration":
            following = text[end : line.clauses[which + 1][1]] if which + 1 < len(line.clauses) else ""
            acts, ahead = self._acts(text[line.start : line.clauses[which][0]], before, after, following, line.heads)
            anchor = self.words.anchor_in(text[start : figure.start])
            end += len(following) if ahead else 0
        return self.claim(
            line, figure.kind, role, figure.value, figure.unit if figure.kind == "count" else "", (start, end),
            acts=acts, anchor=anchor, actor=_actor(text, start, figure, after), ladder=steps, at=(figure.start, figure.end),
        )  # fmt: skip

    def claim(
        self, line: Line, kind: ClaimKind, role: str, value: float | str, unit: str, span: tuple[int, int], *,
        acts: frozenset[str] = frozenset(), anchor: str | None = None, actor: str | None = None,
        ladder: frozenset[tuple[str, float, str]] = frozenset(), at: tuple[int, int] = (0, 0),
    ) -> Claim:  # fmt: skip
        """A claim made in text[span]; what its words leave open is taken from its heads, then the line before."""
        text = line.article.text
        words = text[span[0] : span[1]]
        own = self.features(words)
        around = line.text
        if weight(own) < CORE and line.heads:
            own = {**self.features(line.heads), **own}
            around = line.around
            words = f"{line.heads} {words}"
        if weight(own) < CORE and line.before:
            own = {**self.features(line.before), **own}
            words = f"{line.before} {words}"
        if weight(own) < CORE and not acts and kind not in ("modal", "bearer"):
            of_title = self.features(line.article.title)
            own = {**{n: v for n, v in of_title.items() if not n.startswith("w:")}, **own}
        context = set(self.features(around)) | set(self.features(line.heads)) | set(self.features(line.article.title))
        context |= set(self.features(line.before))
        start, end = self._side(line, span)
        return Claim(
            line, kind, role, value, unit, acts, anchor, actor, own, frozenset(context),
            self._circumstances(f"{line.heads} {line.lead} {words}"), self._circumstances(line.opening),
            self._circumstances(line.text), ladder, start, end, at,
        )  # fmt: skip

    def _first_clause(self, line: Line, which: int, floor: int) -> int:
        """Where the claim's own words begin: back to the figure before it, further while no matter is told."""
        text, first = line.article.text, which
        while first > 0:
            told = weight(self.features(text[line.clauses[first][0] : line.clauses[which][1]])) >= CORE
            if told and line.clauses[first - 1][0] < floor < line.clauses[first][0] + 1:
                break
            if told and which - first >= 3:
                break
            first -= 1
        return first

    def _acts(self, earlier: str, before: str, after: str, following: str, heads: str) -> tuple[frozenset[str], bool]:
        """What a duration is the time for, and whether only the clause behind its own says so."""
        states = self.words.acts_in(before[-STATE_REACH:]) & _STATES
        if states:
            return states, False  # 「屏蔽7天并支付违约金」
        sources = (after, self._without_anchors(before), following, self._without_anchors(earlier), heads)
        for words in sources:
            acts = self.words.acts_in(words)
            if acts == {"reply"} and _REQUEST.search(f"{earlier}{before}{after}"):
                acts = frozenset({"handle"})  # to answer a request is to settle it
            if acts == {"ship"} and _INVOICE.search(f"{earlier}{before}{after}"):
                acts = frozenset({"invoice"})
            if acts:
                return acts, words is following and bool(following)
        return frozenset(), False

    def _without_anchors(self, text: str) -> str:
        for form in self.words.anchors.values():
            text = form.sub(" ", text)
        return text

    def _head_steps(self, line: Line) -> frozenset[tuple[str, float, str]]:
        return frozenset(
            f.key for f in figures_in(line.heads) if f.kind == "points" and _LADDER.search(line.heads[: f.start])
        )

    def _circumstances(self, text: str) -> dict[str, frozenset[str]]:
        if text not in self._named:
            self._named[text] = self.words.circumstances_in(text)
        return self._named[text]

    def _side(self, line: Line, span: tuple[int, int]) -> tuple[int, int]:
        """The whole sentence where it is short, else the clauses that make the claim."""
        start, end = (line.start, line.end) if line.end - line.start <= LONG_SIDE else span
        text = line.article.text
        while end > start and (text[end - 1].isspace() or text[end - 1] in "，,;；:：(（"):
            end -= 1
        return start, end


def _beside(text: str, line: Line, figure: Figure) -> tuple[str, str]:
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
    if figure.kind == "points":
        if _PENALTY.search(before) or (_EACH.search(before) and "扣分" in text[line.start : figure.start]):
            return "penalty"
        if _SCORE.search(before):
            return "score"
        return "step" if _LADDER.search(before) or _OVER_AFTER.match(after) else "none"
    if figure.kind == "duration":
        if _OF_RATE.match(after):
            return "none"
        return "min" if _MIN.search(before) else "span"
    if figure.kind == "count" and _QUOTA.search(before):
        return "cap"
    if _CAP.search(before) or _CAP_AFTER.match(after):
        return "cap"
    if _MINUS.search(before) and "满" in text[line.start : figure.start]:
        return "minus"
    if _OVER.search(before) or _OVER_AFTER.match(after):
        return "step" if re.search(r"满\s?$", before) and re.match(r"\s?[元件]?\s?[，,]?(?:可|再|立|就|即)?(?:享受?|减|送|返|打)", after) else "over"
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
    return role in ("step", "over")


def _actor(text: str, start: int, figure: Figure, after: str) -> str | None:
    """Who is to keep a term: the party right behind it (「24小时内卖家要…」), else the last one before it."""
    behind = re.match(r"(?:之内|以内|内)?[，,]?(?=[买卖商店客消顾])", after)
    return (who(after[: behind.end() + 4]) if behind else None) or who(text[start : figure.start])


def who(text: str) -> str | None:
    """Who is to act according to the words before a figure or a modal word: the last party named there."""
    found = [m.lastgroup for m in _WHO.finditer(text)]
    return found[-1] if found else None


def weight(features: dict[str, float] | Iterable[float]) -> float:
    """The full concepts among features; words and what many rules share make no matter of their own."""
    values = features.values() if isinstance(features, dict) else features
    return sum(v for v in values if v >= CORE)
