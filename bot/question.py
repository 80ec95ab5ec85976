"""What a question asks: the form of its answer (may I, must I, is it a breach, is it so, open) and the figure wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.asked import DATE, Wanted, names_a_date, wanted_figures
from bot.figures import Figure, figures_in
from bot.vocabulary import key_terms
from index.query import Query, read_query

Form = Literal["permission", "duty", "breach", "fact", "open"]

# The form is what the yes or no is about. Order matters: a breach question often holds a permission word as well.
_BREACH = re.compile(
    r"违规(?:吗|么|不|嘛|没)|违不违规|算不?算?(?:是)?违|(?:会|要|算)(?:不会|不要)?(?:被)?(?:扣分|处罚|罚|判|降权|封|投诉)(?:吗|么|不|嘛)|扣分(?:吗|么|不)|"
    r"有(?:没有)?(?:什么)?(?:问题|风险|事|影响)(?:吗|么|没|不)|有没有(?:问题|风险|事|影响)|犯规|踩线|会出事|(?:会|能)(?:不会)?被(?:扣|罚|处罚|投诉|判)|"
    r"会(?:不会)?(?:扣分|挨罚|被罚|降权)|算(?:是)?(?:泄露|违|拒|骗|不)|要紧吗|没事(?:吧|吗)"
)
_PERMISSION = re.compile(
    r"可不可以|能不能|行不行|成不成|可以不可以|准不准|许不许|让不让|可否|能否|好不好|(?:可以|能|允许|准|让|行|成|妥|合适)[^,。?？!！]{0,30}(?:吗|么|嘛|不|没|伐|吧)[?？。!！\s]*$|"
    r"(?:可以|能)[^,，。]{0,24}(?:吗|么|嘛|伐)|(?:行|成|可以|好|妥|OK|ok)(?:吗|么|不|嘛|伐|吧)|不?(?:可以|行|能)(?:的)?[?？]$|(?:能|可以)[^,，。?？]{1,16}不(?=[,，。?？]|$)|随便[^,。]{0,12}吗"
)
_DUTY = re.compile(
    r"要不要|用不用|需不需要|必不必须|是不是(?:必须|一定|都?得|要)|非[^,，。?？]{1,8}不(?:可|行)|(?:必须|需要|一定要|非得|得|要|应该|该)[^,。?？]{0,30}(?:吗|么|嘛|不|吧)[?？。!！\s]*$|有义务"
)
_FACT = re.compile(r"(?:吗|么|嘛|吧|没|不|伐|没有)[?？。!！\s]*$|是不是|是否|有没有|会不会|算不算|(?:吗|么|嘛)[,，。?？!！]|对不对|(\S)不\1")
_EN_BREACH = re.compile(
    r"\b(?:violat\w*|breach\w*|against the rules?|penali[sz]ed|penalty for|get (?:fined|punished|into trouble)|lose points|points deducted|in trouble|count as|break(?:ing)? (?:a|the|any) rules?|a problem|any risk|illegal)\b", re.I
)
_EN_PERMISSION = re.compile(
    r"^(?:\W*\w+\W+){0,12}?(?:can|could|may|am i allowed|are we allowed|is it (?:ok|okay|fine|allowed|alright|acceptable|legal)|allowed to|permitted to|ok to|okay to|fine to|is that (?:ok|okay|fine|allowed))\b|\b(?:allowed|ok|okay|fine|permitted|acceptable)\b[^.?]*\?", re.I
)
_EN_DUTY = re.compile(r"\b(?:must|have to|has to|need(?:s)? to|should|required|obliged|supposed to|necessary|do i need|does \w+ need|mandatory)\b", re.I)
_EN_FACT = re.compile(r"^(?:\W*\w+\W+){0,6}?(?:is|are|do|does|did|will|would|has|have|was|were|can|could|may|should|must)\b[^?]*\?\s*$", re.I)
_EN_OPEN = re.compile(
    r"\b(?:how (?:much|many|long|soon|often|quickly|fast|do|does|should|can|to|is|are|big|large|wide|far|late)|what|which|who|whom|where|when|why)\b", re.I
)
_OPEN = re.compile(
    r"多少|几[分天个次种条项元块折步位期张小日档类笔成年月号点]|多久|多长|多大|怎么[办弄做处设申找算开写回退说样查]|如何|什么(?!问题|风险|事|影响)|哪[些个里儿家几一种]|啥|为什么|为啥|谁|咋|怎样|怎么"
)


# 「什么订单都适用」 is every order, 「没什么缺点」 none: they ask for no name.
_ANY = re.compile(
    r"(?:什么|啥|谁|哪[些个里儿家种]?|怎么|几|多少)[^,，。?？]{0,10}?(?=[都也])|(?:没有?|无)(?:个)?(?:什么|啥|谁|多少|哪)|不(?:管|论)(?:什么|啥|谁|哪[些个家种]?|怎么|多少)|无论(?:什么|啥|谁|哪[些个家种]?|怎么|多少)"
)
_NOD = re.compile(r"(?:对|是|没问题|没毛病|没事儿?|可以|行|好)(?:吧|吗|么|不|嘛)\s*$|对不对\s*$")
_PLACE = re.compile(r"[(（][^()（）]{1,10}[)）]\s*$")
_EN_TAGGED = re.compile(r"[,—–-]\s*(?:right|correct|yes|no|ok|okay|true|is(?:n't)? (?:it|that)(?: so)?|are(?:n't)? (?:we|they))\s*[?.!]?\s*$", re.I)

# 「Bought yesterday, deadline?」 names what it wants to know.
_EN_NAMED = re.compile(
    r"(?:^|[,.:;]\s*)(?:the |max(?:imum)? |min(?:imum)? |latest |expected |[\w-]+ ){0,3}"
    r"(?:points?|deadline|penalt(?:y|ies)|size|time|standard|date|model|fee|amount|cap|limit)\b[^,.;?]*\?$", re.I
)
_EN_CASE = re.compile(r"^(?:when|where|once|after|before|while)\b[^,?]{3,}?,\s*(?=(?:can|could|may|must|should|shall|do|does|did|is|are|am|will|would|has|have)\b)", re.I)

_QUOTED = re.compile("[“\"「『‘《'](.{2,30}?)[”\"」』’》']")
_STEP = re.compile(r"(?:累计|扣分|违规)?(?:达到?|满|累计|至)\s*$")
_ASKS_STEP = re.compile(r"累计|达到|满多少|到多少|多少分(?:会|就|要|才)|几分(?:会|就|要|才)|accumulat|reach|total", re.IGNORECASE)
_CLOSED = re.compile(r"[吗么嘛吧]\s*$|能不能|可不可以|行不行|是不是|(\S)不\1")
_MAY = re.compile(r"可以|能(?!力)|行|允许|准")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the reader sees it. `wants` are the kinds of figure asked for, the most wanted first;
    `quoted` are words that it puts in quotation marks; `figures` those that it names itself."""

    query: Query
    form: Form
    wants: tuple[Wanted, ...]
    terms: frozenset[str]
    quoted: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """The question's words."""
        return self.query.text

    def wants_figure(self, figure: Figure) -> bool:
        """Whether a figure is of a kind that the question asks for."""
        return any(w.met_by(figure) for w in self.wants)

    def answered_in(self, text: str) -> bool:
        """Whether a text holds a figure (or a date, where one would do) of the kind asked for."""
        return any(self.answered_by(f, text) for f in figures_in(text)) or (DATE in self.wants and names_a_date(text))

    def answered_by(self, figure: Figure, text: str) -> bool:
        """Whether a figure answers: of a kind asked for, and no mere condition of a step (累计达25分的) or bound of a case."""
        if not self.wants_figure(figure):
            return False
        is_step = figure.kind == "points" and _STEP.search(text[max(0, figure.start - 8) : figure.start]) is not None
        return not is_step or _ASKS_STEP.search(self.text) is not None

    @property
    def is_yes_no(self) -> bool:
        """Whether yes or no answers it."""
        return self.form != "open"


def read_question(text: str, platform: str | None = None) -> Question:
    """Reads a question in Chinese or English."""
    query = read_query(text, platform)
    form = _form(query)
    # 「刷几单可以吗」 asks for a yes or no, not for a count.
    wants = wanted_figures(text, query.language) if form == "open" else ()
    quoted = tuple(m.group(1).strip() for m in _QUOTED.finditer(text) if m.group(1).strip())
    return Question(query, form, wants, key_terms(text), quoted, tuple(figures_in(text)))


def _form(query: Query) -> Form:
    text = query.text.strip()
    if query.language == "en":
        return _english_form(re.sub(r"\b(?:what|how) (?:if|about)\b", "if", text, flags=re.IGNORECASE))
    asks = text.endswith(("?", "？"))
    text = _ANY.sub("〇", _PLACE.sub("", text))
    clauses = [c for c in re.split(r"[。!！;；\n,，?？]", text) if c.strip()] or [text]
    if _BREACH.search(text) and not _OPEN.search(clauses[-1]):
        return "breach"
    asked = _asked_clause(clauses)
    if _OPEN.search(asked) and not _CLOSED.search(asked):
        return "open"
    if _DUTY.search(asked) and not _MAY.search(asked):
        return "duty"
    if _PERMISSION.search(asked) or (_MAY.search(asked) and _FACT.search(asked)):
        return "permission"
    if _DUTY.search(asked):
        return "duty"
    if asks and not any(_OPEN.search(c) for c in clauses):
        return "fact"  # 「系统就当我答应了?」
    if not _FACT.search(asked):
        return "open"
    if _NOD.search(asked):
        return "fact"
    # 「要赔多少,有封顶吗」 wants the figure.
    return "open" if any(_OPEN.search(c) for c in clauses if c is not asked) else "fact"


def _asked_clause(clauses: list[str]) -> str:
    """The clause that asks: the last one with a cue; what stands behind it only names a shop or a circumstance."""
    for clause in reversed(clauses):
        if _OPEN.search(clause) or _PERMISSION.search(clause) or _DUTY.search(clause) or _FACT.search(clause):
            return clause
    return clauses[-1]


def _english_form(text: str) -> Form:
    text = _EN_CASE.sub("", text.strip())
    open_cue = _EN_OPEN.search(text)
    yes_no = re.search(r"(?:^|[.,;:!?]\s+|\b(?:so|and|but|then)\s+)(?:can|could|may|must|should|shall|do|does|did|is|are|am|will|would|has|have|(?:is|are|do|does|did|has|have|ca|wo|would|should|could)n['’]t)\b", text, re.I)
    if _EN_TAGGED.search(text):
        open_cue = None  # a statement, with a nod asked for
    if open_cue and (not yes_no or open_cue.start() <= yes_no.start()):
        return "open"
    if _EN_NAMED.search(text) and not yes_no:
        return "open"
    if _EN_BREACH.search(text):
        return "breach"
    if _EN_PERMISSION.search(text):
        return "permission"
    if _EN_DUTY.search(text):
        return "duty"
    told = not open_cue and (_EN_TAGGED.search(text) or text.endswith("?"))
    return "fact" if _EN_FACT.search(text) or yes_no or told else "open"
