"""What a yes-no question asks of an act: whether it is allowed, owed, a breach or so, and whether it names it negated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.figures import Figure
from bot.numerals import number
from bot.question import Question
from bot.verdict_words import quotes_of, without_quotes, words
from bot.vocabulary import key_terms

Frame = Literal["may", "must", "breach", "fact"]

_CLAUSE = re.compile(r"[,，。;；!！?？:：\n]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_DONT = re.compile(r"(?<![分特区级类个性差告识派道])别(?![人家的处号名致墅开扭])")
_UNFIT = r"(?<![合妥规适])不(?:太|大|够|怎么|是很|很)?(?:合规|合法|合适|妥当?|规范|恰当|地道)(?=[吗么吧嘛呀啊呢的了?？]|$)"
# A yes to these says that the act is wrong or has the consequence that a rule threatens.
_WRONG = re.compile(
    _UNFIT + r"|违规|禁忌|忌讳|犯忌|犯[^,，。]{0,6}法|被查|查到|[也还要会得]扣(?=[吗么不吧?？\s]|$)|违约|违法|违背|违反|扣分|扣不扣|处罚|受罚|挨罚|被罚|罚[款钱不吗么]|踩|拉低|犯规|犯法|侵权|(?:算|是|属于)[^,，]{0,4}(?:禁语|敏感词|极限词|违禁词)|(?:禁语|敏感词|极限词|违禁词)(?:吗|么|不)|算[^,，]{0,4}(?:骗|拒|虚假|骚扰|泄露|延迟|超时|逾期|超期|晚|慢|迟|违|犯)|出事|惹"
    r"|有(?:没有?)?(?:什么)?(?:问题|风险|事|影响|后果|麻烦)|要紧|受影响|影响(?=权重|流量|排名|评分|吗|不)|会(?:不会)?(?:被)?(?:判|封|投诉|下架|降权|屏蔽|清退|关店|限制|冻结|处理)|会(?:不会)?(?:关店|封店|关闭店铺|限制)|关店|清退"
)
# A yes to these says that the act is right, though they speak of wrong.
_HARMLESS = re.compile(
    r"(?<!有)没(?:有)?(?:什么|啥)?(?:问题|关系|事|风险|影响)(?=的|吧|吗|么|[?？]|$)|(?<![算违扣罚会])不(?:会)?(?:算|被|是)?(?:违规|违约|扣分|受罚|罚|要紧|影响)(?=的|了|吧|吗|么|[?？]|$)|无所谓|不碍事|正常"
)
_NEED = re.compile(r"要不要|用不用|需不需要|该不该|必须|必需|一定要|非得|非要|需要|需(?!求)|应该|应当|应(?![用答急])|该(?!商|店|买|活|款|商品)|得(?=[^了出到过着起上不])|有义务|(?<![只想主重需不就若还要快])要(?![求不是么紧]|点|素)")
_NEEDLESS = re.compile(r"(?<!用)(?:不用|不需要|不必|无需|没必要|不要求|不是必须|可以不(?=[\u4e00-\u9fff]))(?!不)")
_MAY = re.compile(r"可不可以|能不能|行不行|成不成|准不准|可以|能(?![力量源否])|允许|准(?!确|备|时)|许可|[让许](?:吗|不)|行(?=吗|么|不|吧|伐|嘛)|成(?=吗|么|不)|好不好|合适|合规|妥|给[\u4e00-\u9fff]{1,2}(?=不(?:$|[?？吧])|吗|么)|[改退换进参开用付发算办拿](?:得了|得成|得上)|(?:^|[^拒])可否|能否|随便|OK|ok|好吗")
_TAIL = re.compile(
    r"(?:这样|这么|那样)?(?:做|说|写|弄|回|搞|干)?(?:的话)?(?:到底|究竟|也|还|都|就|总|应该|大概)?(?:会不会|算不算|可不可以|能不能|行不行|成不成|好不好|要不要|对不对|是不是|会|算|是|被|可以|行|能|成|好|妥|合适|要紧|对|有|没|违规|违约|违法|扣分|处罚|罚|问题|事|风险|关系|影响|正常|合规|被投诉|被罚|平台|天猫|淘宝|京东|拼多多|抖音|快手|商家|支持|的|了|不|没有?|吗|么|嘛|吧|呢|啊|伐|呀|嘞|\s|[?？!！])*$"
)
# Concepts that say how something is ruled, not what.
MODAL_TERMS = frozenset(f"c:{name}" for name in ("allowed", "forbidden", "taboo", "violation", "penalty", "deduct_points", "rule"))
_AMOUNT = re.compile(r"(?<![\d.])\d{2,6}(?![\d.分天小%日个月年级度号折家条])")
_LACKING = re.compile(r"(?:(?<!有)没有?|无|缺少?|\bwithout\b|\bno\b)([^,，。]{2,12}?)(?:能|可以|的|[,，]|$)", re.IGNORECASE)
_MODAL = re.compile(r"可不可以|能不能|要不要|用不用|需不需要|该不该|(?<![不只])可以|(?<![不只可性功])能(?![力量源])|允许|必须|需要|应该|(?<![不只想需主重])要(?![求不是么紧]|点)|得(?=[^了出到过着起上不])|(?<![社不])会(?![员话计议])")
_CUE = re.compile(r"吗|么(?!样)|嘛|吧|伐|(\S{1,2})不\1|是不是|有没有|是否|能否|可否|(?:不|没|没有)$")
_SAYING = re.compile(r"(?:说|回|回复|回答|答|讲|告诉|告知|表示|写|打|来一句|声称|骗|推说)(?!明|法|得)")
_EN_WRONG = re.compile(
    r"\b(?:violat\w*|breach\w*|against|penali[sz]\w*|penalty|fined|fines|punish\w*|trouble|(?:lose|losing|cost\w*|deduct\w*|dock\w*|minus|penalty|violation|demerit|take\w* off|\d+)\W+(?:\w+\W+){0,3}points|points? (?:off|deduct\w*|taken|lost|gone|down|on our (?:shop|store|record))|breaks?|breaking|illegal|wrong|forbidden|prohibited|banned|taboo\w*|blacklist\w*|off[- ]limits|risk\w*|problem|shut down|closed down|count as (?:refus|fals|leak|harass)\w*)\b", re.I
)
_EN_NEED = re.compile(r"\b(?:must|have to|has to|need(?:s)? to|need|needs|should|required|obliged|supposed to|necessary|mandatory|ought)\b", re.I)
_EN_MAY = re.compile(r"\b(?:can|could|may|allowed|permitted|ok|okay|fine|acceptable|alright|possible|able|legal|entitled|eligible|right to)\b", re.I)
_EN_ASK = re.compile(r"\b(?:can|could|may|must|should|shall|do|does|did|is|are|am|will|would|has|have|isn't|don't|can't|ok|okay|allowed|fine)\b", re.I)
_EN_AND = re.compile(r"[,;:.!?]\s+|\s+-\s+|[?]")
_EN_CASE = re.compile(r"\b(?:if|when|because|since|after|once|unless|although|though|while|who|(?<!does )(?<!is )(?<!will )(?<!would )(?<!can )(?<!could )(?<!may )that)\b[^,.?]*", re.I)


@dataclass(frozen=True, slots=True)
class Asked:
    """The act a question asks about. `turned`: a yes means that the act is harmless or not owed; `negations` stand
    outside quotation marks, `said_negations` in what it says or quotes; `sides` and `bearer` as in `Words`."""

    frame: Frame
    turned: bool
    act: str
    negations: int
    said_negations: int
    saying: bool
    terms: frozenset[str]
    act_terms: frozenset[str]
    sides: Mapping[str, int]
    bearer: int
    figures: tuple[Figure, ...]
    english: bool
    lacking: frozenset[str]


@lru_cache(maxsize=512)
def _read(text: str, english: bool, form: str) -> tuple[Frame, bool, str, int, int, bool]:
    return _english(text, form) if english else _chinese(text, form)


def read_asked(question: Question) -> Asked:
    """What is asked, from a question of yes or no."""
    text = question.text
    english = question.query.language == "en"
    frame, turned, act, negations, said, saying = _read(text, english, question.form)
    known = words()
    core = (_EN_WRONG if english else _WRONG).sub(" ", act) if frame == "breach" else act
    sides = known.sides(core)
    if len(set(_AMOUNT.findall(text))) > 1 and "truth" not in sides:
        # 「实付80开100」: two amounts for one thing do not agree.
        sides["truth"] = -1
    terms = question.terms - MODAL_TERMS or question.terms
    lacking = _LACKING.search(text)
    return Asked(
        frame, turned, core, negations, said, saying, terms, key_terms(core) & terms or terms,
        sides, known.bearer(core), (*question.figures, *_ordinals(text)), english,
        key_terms(lacking.group(1)) if lacking else frozenset(),
    )  # fmt: skip


def _ordinals(text: str) -> list[Figure]:
    """「第10天」 as a duration."""
    found = []
    for match in re.finditer(r"第\s?([\d一二三四五六七八九十两]+)\s?天", text):
        value = number(match.group(1))
        if value is not None:
            found.append(Figure("duration", float(value) * 24, match.group(0), match.start(), match.end(), "天"))
    return found


def _chinese(text: str, form: str) -> tuple[Frame, bool, str, int, int, bool]:
    known = words()
    plain = without_quotes(text)
    spans = _clauses(plain)
    at = next((i for i in range(len(spans) - 1, -1, -1) if _CUE.search(plain[slice(*spans[i])].strip())), len(spans) - 1)
    start, end = spans[at]
    asked = plain[start:end].strip()
    frame, turned = _frame(asked, form)
    # 「这样行吗」 asks of what stands before it.
    first = at
    while first > 0 and _content(plain[spans[first][0] : end]) < 3:
        first -= 1
    start = spans[first][0]
    act = plain[start:end]
    bare = _HARMLESS.sub(" ", act) if turned and frame == "breach" else _NEEDLESS.sub(" ", act, count=1) if turned else act
    bare = re.sub(_UNFIT, " ", bare)
    bare = re.sub(r"(?:[没未漏](?!有问题))[^,，。的]{1,6}的(?=[\u4e00-\u9fff])(?!可以|能|行)", " ", bare)
    bare = known.asking.sub(" ", re.sub(r"[?？!！。\s]+$", "", bare))
    if frame != "breach":
        bare = _after_modal(bare)
    saying = _SAYING.search(bare)
    negations = known.negations(bare) + len(_DONT.findall(bare))
    said = known.negations(quotes_of(text))
    # What is said without quotation marks: 「跟客户说没票」.
    if saying and "■" not in bare[saying.end() :]:
        inside = known.negations(bare[saying.end() :])
        negations, said = negations - inside, said + inside
    return frame, turned, text[start:end], negations, said, saying is not None


def _after_modal(act: str) -> str:
    """The act behind the last modal that has one behind it: what stands before is who and in which case."""
    for match in reversed(list(_MODAL.finditer(act))):
        if _content(act[match.end() :]) >= 1:
            return act[match.end() :]
    return act


def _clauses(text: str) -> list[tuple[int, int]]:
    spans, at = [], 0
    for match in _CLAUSE.finditer(text):
        spans.append((at, match.start()))
        at = match.end()
    spans.append((at, len(text)))
    return [s for s in spans if text[slice(*s)].strip()] or [(0, len(text))]


def _content(act: str) -> int:
    """How many characters an act has beside its asking tail."""
    return len(re.sub(r"[\s,，。]|我们?|这个|那|请问|亲", "", _TAIL.sub("", act.strip())))


def _frame(asked: str, form: str) -> tuple[Frame, bool]:
    if re.search(r"要不要(?!紧)|用不用|需不需要|该不该", asked):
        return "must", False
    if _HARMLESS.search(asked):
        return "breach", True
    needless = _NEEDLESS.search(asked)
    if needless:
        return "must", True
    # The cue that stands last asks: 「违规的能退吗」 asks for permission, 「能写的话会扣分吗」 for the breach.
    frames: tuple[tuple[Frame, re.Pattern[str]], ...] = (("breach", _WRONG), ("may", _MAY), ("must", _NEED))
    found = [(max(m.end() for m in form.finditer(asked)), name) for name, form in frames if form.search(asked)]
    if found:
        return max(found, key=lambda f: f[0])[1], False
    return ("may" if form == "permission" else "must" if form == "duty" else "fact"), False


def _english(text: str, form: str) -> tuple[Frame, bool, str, int, int, bool]:
    known = words()
    plain = without_quotes(text)
    parts, at = [], 0
    for match in _EN_AND.finditer(plain):
        parts.append((at, match.end()))
        at = match.end()
    parts.append((at, len(plain)))
    parts = [p for p in parts if re.search(r"[A-Za-z■\u4e00-\u9fff]", plain[slice(*p)])] or [(0, len(plain))]
    which = next((i for i in range(len(parts) - 1, -1, -1) if _EN_ASK.search(plain[slice(*parts[i])])), len(parts) - 1)
    start, end = parts[which]
    if len(re.findall(r"\w+", _EN_CASE.sub("", plain[start:end]))) < 4 and which > 0:
        start = parts[which - 1][0]
    act = plain[start:end]
    core = _EN_CASE.sub(" ", act)
    frame: Frame
    if _EN_WRONG.search(core):
        frame = "breach"
    elif _EN_MAY.search(core) and not re.search(r"\b(?:must|have to|has to|required|mandatory)\b", core, re.I):
        frame = "may"
    elif _EN_NEED.search(core):
        frame = "must"
    else:
        frame = "may" if form == "permission" else "must" if form == "duty" else "fact"
    negations = known.negations_en(core)
    said = known.negations_en(quotes_of(text)) + known.negations(quotes_of(text))
    saying = re.search(r"\b(?:say\w*|tell\w*|repl\w+|answer\w*|writ\w+|mention\w*)\b", core, re.I)
    if saying and "■" not in core[saying.end() :]:
        inside = known.negations_en(core[saying.end() :])
        negations, said = negations - inside, said + inside
    return frame, False, text[start:end], negations, said, saying is not None
