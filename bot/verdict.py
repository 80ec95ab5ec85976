"""Yes or no, decided from the rule's own modality set against what is asked; nothing where the rule does not decide.

The sign of a rule towards an act is its stance (allowed or required +1, forbidden, punished or exempted -1) turned round
once for every negation inside the act it names: 不能拒绝开票 forbids a refusal, so it demands the invoice. The sign of the
question is turned round in the same way (不补寄行吗). Their product decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.answers import Verdict
from bot.question import Question
from bot.vocabulary import Vocabulary, key_terms

Stance = Literal["forbid", "punish", "exempt", "permit", "require", "state"]

_EXEMPT = r"无需|无须|不需要?|不用(?!其他|于)|不必|免费|不收|不会收取|不扣分|不扣|不处罚|不算|免收|免运费|没有限制|不限(?!于)|无偿|自动(?!退|关|将)"
_FORBID = (
    r"不得|不能(?!被)|不可以|不可(?!抗|或缺)|不要(?!求)|不允许|不准|不许|禁止|严禁|切勿|切不可|切忌|请勿|勿|避免|忌(?!讳)|忌讳|别(?!人|的|处|家|号|账)|不支持|暂不|"
    r"不予|不接受|不建议|不应|不宜|不再支持|无法|谢绝|杜绝|均?不可用|不适用|不包括|不含|不在|不属于|反对|尽量不|除[^,，。]{1,14}外|并不"
)
_PUNISH = (
    r"扣\s?(?:除|取|掉)?\s?[\d一二三四五六七八九十两]+\s?分|一次性扣|每次扣|要扣分|会?被?扣分|扣分的|被?处?罚|罚款|违规|违约(?!金)|违背|属于.{0,4}违|判为|判定为|被判|"
    r"下架|屏蔽|降权|禁售|关闭店铺|清退|封号|受到.{0,8}(?:处理|处罚)|需?要?赔|赔付|先行赔付|影响(?:权重|活动)|权重下降|风险|侵犯|不尊重|流失|反感|失去"
)
_PERMIT = r"可以|可(?=[^能是怜谓惜观见靠])|也能|能够|才能|能(?![力否量源])|支持|允许|有权|默认|均可|都可|即可|包含|都包含|包括|适用|提供"
_REQUIRE = r"必须|须(?!知)|应当?(?![用急聘变])|需(?!求)|务必|一定要|牢记|要(?!求|素|是|么|点|约)|得(?=[^到出知体分])|只能|仅(?:可以|能|支持|限)|统一"
_STANCES: tuple[tuple[Stance, re.Pattern[str]], ...] = (
    ("exempt", re.compile(_EXEMPT)),
    ("forbid", re.compile(_FORBID)),
    ("punish", re.compile(_PUNISH)),
    ("require", re.compile(_REQUIRE)),
    ("permit", re.compile(_PERMIT)),
)
_SIGN: dict[Stance, int] = {"forbid": -1, "punish": -1, "exempt": -1, "permit": 1, "require": 1, "state": 1}
_NEGATION = re.compile(
    r"不(?!同|仅|但|管|论|断|定期|良|足|实|错|满|限于|过(?!分))|没有?(?!关系)|未(?!来)|无(?!论|理由|条件|所谓|线|货源|偿|痛|微不)|拒绝?|谢绝|免(?!得|费)|非(?!常)|缺(?!货)|漏|忘|取消(?!订单|交易)"
)
# Asking tails and A-not-A forms hold a 不 that negates nothing.
_ASKING = re.compile(
    r"(\S)不\1|是不是|能不能|可不可以|行不行|要不要|会不会|有没有|该不该|用不用|需不需要|好不好|算不算|成不成|准不准|对不对|(?:可以|行|能|成|好|对|是)不(?=[?？。!！,，\s]|$)|"
    r"不(?=[?？。!！\s]*$)|没(?=[?？。!！\s]*$)|没有(?=[?？。!！\s]*$)|不好意思|要不(?!要)|不就|是否|不小心|差不多|看不看|不得不"
)
_EN_NEGATION = re.compile(r"\b(?:not|never|no|without|refus\w*|declin\w*|den(?:y|ies|ied)|reject\w*|cannot|skip\w*|ignor\w*|fail\w*)\b|n't\b", re.I)
_EN_ASKING = re.compile(r"^\W*(?:don't|doesn't|isn't|aren't|can't|won't|shouldn't|couldn't)\b|\bor not\b|\bno reason\b|\bwhether or not\b|\bif not\b", re.I)
_CLAUSE = re.compile(r"[,，。;；!！?？:：\n]|\s(?=[(（]?\d)")


@dataclass(frozen=True, slots=True)
class Reading:
    """How one sentence stands to the question's act: `sign` +1 for it, -1 against it, with the stance that said so."""

    stance: Stance
    sign: int
    overlap: float


def decide(question: Question, sentences: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> Verdict | None:
    """The verdict to a yes-or-no question, from (sentence, its heads and lead) pairs, the best first.

    None where the question is open, or the sentences do not decide; `depends` where two of them decide differently.
    """
    if not question.is_yes_no or not sentences:
        return None
    readings = [r for text, lead in sentences if (r := read_stance(question, text, lead, vocabulary)) is not None]
    if not readings:
        return None
    first = _answer(question, readings[0])
    if first is None:
        return None
    for other in readings[1:]:
        verdict = _answer(question, other)
        if verdict and verdict != first and other.overlap >= 0.9 * readings[0].overlap and other.stance == readings[0].stance:
            return "depends"
    return first


def _answer(question: Question, reading: Reading) -> Verdict | None:
    sign = reading.sign * (-1) ** question_negations(question)
    if question.form == "breach":
        return "yes" if sign < 0 else "no"
    if question.form == "duty":
        if reading.stance in ("permit", "state") and sign > 0:
            return "yes" if reading.stance == "state" else None
        return "yes" if sign > 0 else "no"
    if reading.stance == "state" and question.form == "permission":
        return None
    return "yes" if sign > 0 else "no"


def read_stance(question: Question, text: str, lead: str, vocabulary: Vocabulary) -> Reading | None:
    """The stance of the clause that speaks of what is asked; its lead (「违规情况如下:」) decides where it has none."""
    clauses = [c for c in _CLAUSE.split(text) if c and c.strip()]
    if not clauses:
        return None
    weigh = vocabulary.weight
    shares = [sum(weigh(t) for t in question.terms & key_terms(c)) for c in clauses]
    total = sum(map(weigh, question.terms)) or 1.0
    best = max(range(len(clauses)), key=lambda i: (shares[i] + 0.35 * _near(shares, i), _has_stance(clauses[i])))
    order = [best, *(i for d in (1, -1, 2, -2, 3) if 0 <= (i := best + d) < len(clauses))]
    overlap = shares[best] / total
    for i in order:
        found = _stance(clauses[i])
        if found is None:
            continue
        stance, span = found
        # Negations inside the act: in the clause with the stance, its own words aside, and in the clause that names the act.
        inside = clauses[i][: span[0]] + " " + clauses[i][span[1] :]
        negations = _count(inside) if i == best else _count(clauses[best])
        if stance == "punish" and i != best and _stance(clauses[best]) is None:
            negations = _count(clauses[best])
        return Reading(stance, _SIGN[stance] * (-1) ** negations, overlap)
    if re.search(_PUNISH + r"|不能说|忌讳|禁用|极限词|避讳|不支持|情况如下|禁忌", lead):
        return Reading("punish", -1 * (-1) ** (_count(clauses[best]) if _names_act(lead) else 0), overlap)
    return Reading("state", (-1) ** _count(clauses[best]), overlap)


def _names_act(lead: str) -> bool:
    """Whether the lead introduces acts (违约情况) rather than words or phrases that may not be said."""
    return re.search(r"不能说|忌讳|禁用|极限词|避讳|用语", lead) is None


def _near(shares: Sequence[float], i: int) -> float:
    return max(shares[i - 1] if i else 0.0, shares[i + 1] if i + 1 < len(shares) else 0.0)


def _has_stance(clause: str) -> bool:
    return _stance(clause) is not None


def _stance(clause: str) -> tuple[Stance, tuple[int, int]] | None:
    for stance, pattern in _STANCES:
        match = pattern.search(clause)
        if match:
            return stance, match.span()
    return None


def _count(text: str) -> int:
    return len(_NEGATION.findall(text)) % 2


def question_negations(question: Question) -> int:
    """0 or 1: whether the act that the question names is a negated one."""
    if question.query.language == "en":
        return len(_EN_NEGATION.findall(_EN_ASKING.sub(" ", question.text))) % 2
    return _count(_ASKING.sub(" ", question.text))
