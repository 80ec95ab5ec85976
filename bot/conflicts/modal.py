"""What a rule permits, forbids, demands or waives, and who bears a cost: the claims that need no figure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.conflicts.claims import CORE, SCRIPT, Claim, Reader, weight
from bot.conflicts.lines import Line
from bot.conflicts.roles import who

# The order matters: 不可以 holds 可以, 无需 holds 需. A word of asking or of hoping is no modality.
_MODAL = re.compile(
    r"(?P<skip>(?:不能|不得|不可以?|不要)(?:说|回答|讲|答)|须知|需知|要(?=受罚|被|扣|罚|算)|要(?:开)?(?:票|发票)|并不能|都不能|而不能|不能满足|不能保证|[仅只]支持|可(?:使用|用|选)的|不支持(?=[^，,。；;]{0,8}(?:清单|名单|列表|范围|的商品|的情[况形]))|是否|能否|可否|能不能|可不可以|要不要|行不行|不得不|不能不|才能|才可以?|只能|只可|方可|方能|可能|功能|性能|智能|不可抗力|不得已"
    r"|尽可能|可是|可见|可靠|可爱|许可|认可|可疑|需求|必需品|急需|主要|重要|要求|需要的|想要|索要|只要|若要|要是|要么|还要|应用|响应|回应|供应|适应|应答|相应|应对|对应|反应|应急|效应)"
    r"|(?P<need_not>(?:不是|并非|不算|非)(?:必须|强制|必需)|不强求|无需|无须|不必|不用(?!于|在)|不需要?|没有?必要|不强制|毋须|可以不(?!经|通过)|可不(?=[用必需提开填付])|不要求|免于)"
    r"|(?P<must_not>不得|不能|不可以?|不允许|不许|不准|严禁|禁止|切勿|请勿|切忌|不要(?!求|紧|了)|不应当?|不该|不予|不支持|无权|一律不(?:[得能许准予]|可以?|允许)?|概不|(?<!行)不行(?=[，,。；;]|$)|谢绝|不再支持|拒绝(?=受理|办理|支持)|无法(?=申请|享受|参加|参与|使用|叠加))"
    r"|(?P<must>必须|必需|应当|应该|务必|一定要|一律要|须|需要|需(?=[要由先在向提经按将把使])|应(?=[^用答对急])"
    r"|(?<![索主需只不想重还若快求都])要(?![求么是不紧点素闻领害命票到好价买给顾客]))"
    r"|(?P<may>可以|允许|准许|均可|都行|也行|能够|有权|支持(?!率|者|与|和)|(?<![不只才方非未许认])可(?=[^是能见靠爱以惜知谓])|(?<![不只才可功性智万])能(?=[退换用开发给收改提领叠参享报申直选关代要]))"
)
_TOGGLE = re.compile(
    r"(?P<no>(?:并)?不(?:会|再|另|予)?)?(?P<key>计入|算入|纳入|视为违规|属于违规|算(?:作)?违规|支持|退还|参与|叠加|包含|适用|保价|包邮|返还|收费(?!用|情况|标准|项目|模式|规则|工具)|受理|延长)(?!的|地区|活动|字样|商品|承诺)"
)
# Said by themselves they are the name of a service; only their denial is a rule.
_ONLY_DENIED = frozenset(("包邮", "叠加", "返还", "保价", "受理", "延长"))
# Beside these the other acts of a clause are what they are done to: 「不得写包邮」, 「回复不计入」.
_CHIEF = frozenset(("write", "count", "breach", "guide"))
_CONDITION = re.compile(
    r"^\s*(?:如果?|若|当|凡|因|一旦|倘若|假如|对于|遇到|没有|未|不经|经|除|只要|在)|的\s*[，,]?$|时\s*[，,]$|后\s*[，,]$"
)
# 「不要求退货的，」 names the case, it rules nothing.
_OF_SUCH = re.compile(r"的\s*[，,:：]?$")
_CAUSE = re.compile(r"^\s*(?:如遇|因|由于)|因为")
_ASKING = re.compile(r"[?？]|是否|能否|可否|能不能|可不可以|要不要|行不行|吗$")
_ADVICE = re.compile(r"建议|尽量|最好|宁愿|尽可能|如果可以|希望|推荐(?!给)")
_QUOTED = re.compile(r"“[^“”]*”|「[^「」]*」|\"[^\"]*\"|‘[^‘’]*’|『[^『』]*』")
_REFUSAL = re.compile(
    r"^[^，,]{0,8}?(?:拒绝|拒不|推脱|推托|回绝|谢绝|推辞|不提供|不给|不开|不退|不换|不处理|不发|不理|不回|避免|防止|杜绝)"
)
_BANNED = re.compile(r"不得|禁止|严禁|不许|不准")
_FLIPPED = {"may": "need not", "must": "must not", "must not": "must", "need not": "may"}
_CLASHES = frozenset(frozenset(pair) for pair in (("may", "must not"), ("must", "must not"), ("must", "need not")))
_COST = re.compile(
    r"免费|付费|收费|运费|邮费|手续费|费用|税点|快递费|维修费|寄费|邮资|服务费|差价|保费|税费|税钱"
    r"|刷卡费|租金|(?<![消免付浪])费(?![者心时力劲解用])"
)
_BEARER = re.compile(
    r"(?P<no>(?:不得|不能|不可以?|无需|无须|不用|不必|不应|不许|禁止|不要)[^，,。；;]{0,8}?)?"
    r"(?:(?P<buyer>买家|消费者|顾客|客户|买方|客人)|(?P<seller>商家|卖家|商户|店铺|店家|卖方|我们|店里))"
    r"(?:自行|自己|来|方|先行|全额|一方|另外|额外|另行)?(?P<not>不用|无需|无须|不必|不需要?|不)?(?:承担|负担|支付|付|出|自理|自付|补|掏|全包|负责|买单)(?![货现库厂单票具])"
)
_OF_PARTY = re.compile(r"(?:算|归)(?:(?P<buyer>买家|消费者|顾客|客户|买方)|(?P<seller>商家|卖家|商户|店铺|店家|店里))")
_CHARGE = re.compile(r"收取|加收|另收|多收|收(?=邮费|运费|费|税|钱|手续)")
_REFUSED = re.compile(r"不得|不能|不可以?|禁止|严禁|不许|不准|不要|不应|无权|切勿|不允许")
_FREE = re.compile(r"免费(?=上门|安装|补|维修|更换|寄|重|换|取|开|邮|配送)")
_ON_BEHALF = re.compile(r"(?:给|为|替|帮)[^，,。；;]{0,6}?(?:买家|顾客|客户|消费者)(?=承担|负担|出|付|支付)")
_MAKES = re.compile(r"要(?=买家|顾客|客户|消费者)|让|要求|叫|强迫|迫使|提出")
_GRANTED = re.compile(r"可以?|允许|能|需|应|要(?!求|$)")


def clash(one: str, other: str) -> bool:
    """Whether two states of one act contradict each other."""
    return frozenset((one, other)) in _CLASHES


def states_in(text: str) -> frozenset[str]:
    """What a text permits, forbids, demands or waives, whatever it is."""
    found = {str(m.lastgroup).replace("_", " ") for m in _MODAL.finditer(text)}
    return frozenset(found - {"skip"})


def modal_claims(reader: Reader, line: Line) -> Iterator[Claim]:
    """The claims of permission and duty in a line; none in questions, advice and quotes, in lists of breaches only
    bans that are told as such."""
    text = line.article.text
    quoted = [(m.start(), m.end()) for m in _QUOTED.finditer(text, line.start, line.end)]
    for at, (start, end) in enumerate(line.clauses):
        words = text[start:end]
        if _ASKING.search(words) or _ADVICE.search(words) or SCRIPT.search(words):
            continue
        if _OF_SUCH.search(words):
            continue
        matches = list(_MODAL.finditer(text, start, end))
        found = [m for m in matches if m.lastgroup != "skip"]
        found = [m for m in found if not any(s <= m.start() < e for s, e in quoted)]
        # 「无需支持」 and 「不得允许」 are one modality, the first.
        found = [m for i, m in enumerate(found) if not i or m.start() > found[i - 1].end()]
        unable = at > 0 and _CAUSE.search(text[slice(*line.clauses[at - 1])])
        if line.of_breaches:
            found = [m for m in found if _BANNED.match(m.group(0))]
        for which, match in enumerate(found):
            if unable and match.group(0) == "不能" and who(words) is None:
                continue  # 「买家有特殊情况, 不能使用…」 tells what happens, not what is forbidden
            state = str(match.lastgroup).replace("_", " ")
            stop = found[which + 1].start() if which + 1 < len(found) else end
            act = text[match.end() : stop]
            if _REFUSAL.match(act):
                state = _FLIPPED[state]
            yield _modal(reader, line, at, state, text[start : match.start()], act)
        if not matches and not line.of_breaches and not _CONDITION.search(words):
            yield from _toggles(reader, line, at)


def _toggles(reader: Reader, line: Line, at: int) -> Iterator[Claim]:
    """「计入」 and 「不计入」: verbs that settle a matter by themselves."""
    start, end = line.clauses[at]
    for match in _TOGGLE.finditer(line.article.text, start, end):
        if not match["no"] and match["key"] in _ONLY_DENIED:
            continue
        state = "must not" if match["no"] else "may"
        before = line.article.text[start : match.start()]
        yield _modal(reader, line, at, state, before, line.article.text[match.start("key") : end])


def _modal(reader: Reader, line: Line, at: int, state: str, before: str, act: str) -> Claim:
    text = line.article.text
    first = at
    while first > 0 and (
        weight(reader.features(text[line.clauses[first][0] : line.clauses[at][1]])) < CORE
        or (at - first < 2 and _CONDITION.search(text[slice(*line.clauses[first - 1])]))
    ):
        first -= 1
    if first == at > 0 and not before.strip():
        first -= 1  # 「旧机回收是增值服务，可以收费」: the clause before tells of what
    span = (line.clauses[first][0], line.clauses[at][1])
    verbs = _verbs(reader, act) or _verbs(reader, text[slice(*line.clauses[at])])
    return reader.claim(line, "modal", "act", state, "", span, acts=verbs, actor=who(before), deed=act)


def _verbs(reader: Reader, text: str) -> frozenset[str]:
    """The kinds of act in a text, or its words where it names none."""
    named = frozenset(name for name, form in reader.words.verbs.items() if form.search(text))
    named = named & _CHIEF or named
    return named or frozenset(n for n in reader.features(text) if n.startswith("w:"))


def bearer_claims(reader: Reader, line: Line) -> Iterator[Claim]:
    """Who bears a cost, told outright or as what may be charged; none where bearing it is told as a breach."""
    if line.of_breaches or _COST.search(line.text) is None:
        return
    text = line.article.text
    for at, (start, end) in enumerate(line.clauses):
        words = text[start:end]
        earlier = text[slice(*line.clauses[at - 1])] if at else line.heads
        if not (_COST.search(words) or _COST.search(earlier)) or _ASKING.search(words):
            continue
        bearer = _bearer(words)
        if bearer is None:
            continue
        first = at - 1 if at and _bearer(earlier) is None else at
        yield reader.claim(line, "bearer", "cost", bearer, "", (line.clauses[first][0], end))


def _bearer(words: str) -> str | None:
    words = _ON_BEHALF.sub("", words)
    told = _BEARER.search(words) or _OF_PARTY.search(words)
    if told is not None:
        party = "buyer" if told["buyer"] else "seller"
        refused = _REFUSED.search(words[: told.end()]) or (told.re is _BEARER and (told["no"] or told["not"]))
        if refused:
            return {"buyer": "seller", "seller": "buyer"}[party]
        # Making the buyer pay is what a shop does wrong, unless the rule says that it may.
        made = _MAKES.search(words[: told.end()])
        if made and made.group(0) == "要" and who(words[: made.start() + 1]) is None:
            return party  # 「运费要买家出」 is the rule, 「商家要买家出」 the breach
        return None if made and not _GRANTED.search(words[: told.start()]) else party
    if _FREE.search(words) and not _REFUSED.search(words):
        return "seller"
    charged = _CHARGE.search(words)
    if charged is None or not re.search(r"买家|消费者|顾客|客户|对方|买方", words):
        return None
    if _REFUSED.search(words[: charged.end()]):
        return "seller"
    return "buyer" if _GRANTED.search(words[: charged.end()]) else None
