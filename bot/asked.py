"""Which figure a question asks for, read from its own words: 几分 points, 赔多少 money, 几天 a duration, 几张 a count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answers import FactKind
from bot.figures import Figure

_MONEY_WORDS = "赔|罚|交|收|付|退|补|价|费|款|钱|保证金|金额|面额|额度|押金|佣金|预算|成本|便宜|封顶|上限|减|门槛|满"
_TIME_UNITS = "天|日|小时|钟头|分钟|秒|周|星期|礼拜|个月|月|年|工作日|自然日"
_COUNT_UNITS = "位|名|人|个人|次|件|张|条|种|类|项|家|笔|单|款|倍|折|级|钻|星|步|期|档|粉丝|粉|字|点|颗"
_SIZE = r"多大|多宽|多高|尺寸|几M|几m|几兆|多少[kKmM兆]|像素|分辨率"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kind of figure that would answer, and for counts the units that do (empty: any)."""

    kind: FactKind
    units: tuple[str, ...] = ()

    def met_by(self, figure: Figure) -> bool:
        """Whether a figure is of this kind (and counts what is asked for)."""
        return figure.kind == self.kind and (not self.units or figure.unit.lower() in self.units)


# A day of the calendar answers 什么时候; dates are no figures, so it is looked for apart.
DATE = Wanted("count", ("date",))
_DATE = re.compile(r"(?:20\d\d\s?年)?\s?(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]|20\d\d年")
_SIZES = ("px", "kb", "k", "mb", "m", "像素")
_ZH: tuple[tuple[str, tuple[Wanted, ...]], ...] = (
    (r"(?:几|多少)(?:个)?分(?!钟|之|期|销|店|仓)|扣分多少", (Wanted("points"),)),
    (r"百分之(?:几|多少)|几成|几个点|(?:什么|多少|多大)?比例|费率", (Wanted("percent"), Wanted("money"))),
    (r"几折", (Wanted("count", ("折",)), Wanted("percent"))),
    (_SIZE, (Wanted("count", _SIZES),)),
    (rf"(?:几|多少)(?:个)?(?:{_TIME_UNITS})|多久|多长时间|多长|时效|时限|期限|多快", (Wanted("duration"),)),
    (r"什么时候|啥时候|何时|几点|几号|几月|哪天|哪一天|哪年", (Wanted("duration"), DATE)),
    (r"多少钱|多少(?:元|块)|几(?:块|元)|几个钱", (Wanted("money"), Wanted("percent"))),
    (r"扣(?:我们?|店铺?|商家|它|他)?(?:多少|几)(?!天|次|单)|(?:会|要)?扣多少|怎么扣(?:分)?", (Wanted("points"), Wanted("money"))),
    (rf"(?:{_MONEY_WORDS})[^,，。?？]{{0,8}}(?:多少|几(?:个|成)?(?![天次位人件张条种]))|多少(?:保证金|费|押金|罚款|违约金|赔)", (Wanted("money"), Wanted("percent"), Wanted("count", ("倍",)))),
    (rf"(?:几|多少)(?:个)?(?P<unit>{_COUNT_UNITS})", (Wanted("count"),)),
)  # fmt: skip
_EN: tuple[tuple[str, tuple[Wanted, ...]], ...] = (
    (r"how many (?:\w+ ){0,2}points?|what score|points? (?:are|is|do|does|will|would)|how much .{0,20}points", (Wanted("points"),)),
    (r"what (?:percentage|percent|share|proportion|rate)|how many percent|what per ?cent", (Wanted("percent"), Wanted("money"))),
    (r"how many (?:\w+ ){0,2}(?:days?|hours?|minutes?|seconds?|weeks?|months?|years?)|how long|how soon|how fast|how quick|deadline|time limit|by when|within how|how late|cutoff", (Wanted("duration"),)),
    (r"\bwhen\b|what (?:date|day|time)", (Wanted("duration"), DATE)),
    (r"how (?:big|large|wide|tall|high)|what (?:width|height|size|dimensions?|resolution)|file size|how many (?:px|pixels|mb|kb)|dimensions?", (Wanted("count", _SIZES),)),
    (r"how much|what (?:fine|amount|fee|price|cost|compensation|deposit|sum|penalty amount|minimum|maximum)|maximum (?:amount|compensation|payout)|minimum (?:amount|budget|spend)|(?:fine|fee|cost|price|cap) (?:for|of|on)|the cap\b", (Wanted("money"), Wanted("percent"), Wanted("count", ("倍",)))),
    (r"how many times", (Wanted("count", ("次", "倍")),)),
    (r"how many|number of", (Wanted("count"),)),
)  # fmt: skip
_ZH_RULES = tuple((re.compile(pattern), wanted) for pattern, wanted in _ZH)
_EN_RULES = tuple((re.compile(pattern, re.IGNORECASE), wanted) for pattern, wanted in _EN)
_WHO = re.compile(r"谁(?:出|付|承担|来出|负责|掏|买单|给)|算谁|归谁|哪边出|哪方|who (?:pays?|covers?|bears?|is responsible)|which side pays", re.IGNORECASE)
_BEARS = re.compile(r"承担|负责|自理|由.{0,8}(?:出|付|支付)|包邮|免费|无需|收取|退还")
_UNIT_KIN = {
    "人": ("人", "位", "名"), "位": ("人", "位", "名"), "名": ("人", "位", "名"), "个人": ("人", "位", "名"), "单": ("单", "笔"),
    "笔": ("单", "笔"), "种": ("种", "类", "项", "个"), "类": ("种", "类", "项", "个"),
}  # fmt: skip


def wanted_figures(text: str, language: str) -> tuple[Wanted, ...]:
    """The kinds of figure asked for, the likeliest first; empty where none is."""
    for pattern, wanted in _EN_RULES if language == "en" else _ZH_RULES:
        match = pattern.search(text)
        if not match:
            continue
        unit = match.groupdict().get("unit")
        if unit:
            return (Wanted("count", _UNIT_KIN.get(unit, (unit,))),)
        return wanted
    return ()


def names_a_date(text: str) -> bool:
    """Whether a day of the calendar stands in the text."""
    return _DATE.search(text) is not None


def asks_who_pays(text: str) -> bool:
    """Whether the question asks who bears a cost."""
    return _WHO.search(text) is not None


def says_who_pays(text: str) -> bool:
    """Whether a rule says who bears a cost."""
    return _BEARS.search(text) is not None
