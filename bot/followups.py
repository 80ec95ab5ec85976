"""Follow-ups: a question that says too little by itself is read together with the one before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.desk_api import Turn
from bot.vocabulary import key_terms
from index.query import CONCEPT, language_of
from ingest.platforms import platform_mentions

_OPENS = re.compile(
    r"^\s*(?:那么?(?!个)|然后|如果|要是|万一|假如|换成|改成|还有呢|他|它|这个|这种|这样|and\b|what if|what about|how about|then\b|but\b|if (?:he|she|they|the buyer)|so\b|does (?:it|that)|is (?:it|that)|same (?:for|on))",
    re.IGNORECASE,
)
_ENDS = re.compile(r"呢[?？]?\s*$|(?:this|that|it|then)\s*\??\s*$", re.IGNORECASE)
_FILLER = re.compile(
    r"[那么呢吗啊呀的?？!！。,，\s]|平台|上面?|店铺?|and|what|about|how|on|for|the|same|\?", re.IGNORECASE
)
# Asked alone, these ask what follows from what was spoken of: 「会关店吗」.
_CONSEQUENCE = re.compile(
    r"扣[分钱款]?|罚[款钱]?|赔[偿付钱]?|封[店号]|关[闭店]+|降权|下架|违规|处罚|后果|怎么办|多久|几[天分]|多少[钱分天]?|points?|fine[ds]?|penalt\w+|punish\w*|how (?:much|many|long)",
    re.IGNORECASE,
)
# What an earlier question wanted to know, to be asked of another matter: 「扣几分」 … 「那泄露信息呢」.
_WANTED = re.compile(
    r"[扣罚赔][^,，。?？]{0,2}(?:几|多少)[分元块钱天]*|(?:多久|多长时间|几(?:天|小时|个?工作日|分钟|个月))[内之]?|会(?:有)?(?:什么|啥|怎[么样])[^,，。?？]{0,4}|怎么(?:处罚|处理|办|罚)|"
    r"how (?:many|much|long|soon|often)(?: \w*points| days| hours| yuan| money| percent)?|what (?:happens|is the (?:fine|penalty|deadline|limit))",
    re.IGNORECASE,
)
_LEADS_ON = re.compile(r"^\s*(?:那么?(?!个)|然后|换成|改成|and\b|what about|how about|then\b|but\b|so\b)[\s,，]*|呢?[?？。\s]*$", re.IGNORECASE)
# Words of asking and of the usual persons carry no subject of their own.
_NO_SUBJECT = frozenset(
    f"{CONCEPT}{name}"
    for name in ("buyer", "shop", "seller", "merchant", "agent", "allowed", "required", "compensate", "deduct_points", "penalty", "platform", "cap", "insist")
)  # fmt: skip


def in_context(question: str, history: Sequence[Turn]) -> str:
    """The question as it must be read: with the last one before it where it leans on that, alone where it does not."""
    if not history:
        return question
    subject = {t for t in key_terms(question) if t not in _NO_SUBJECT}
    concepts = {t for t in subject if t.startswith(CONCEPT)}
    mentions = platform_mentions(question)
    bare = _FILLER.sub("", _without(question, mentions))
    last = _last_subject(history)
    if mentions and len(bare) <= 1:
        return _swap_platform(last, mentions[0][0], question)
    leans = bool(_OPENS.search(question)) or bool(_ENDS.search(question))
    own = len(concepts - _PLATFORM_TERMS)
    short = len(question) <= 12 if language_of(question) == "zh" else len(question.split()) <= 6
    # 「可以养猫吗」 is short and has no concept, but a subject: it is asked by itself, and refused.
    empty = not {t for t in key_terms(_CONSEQUENCE.sub(" ", question)) if t not in _NO_SUBJECT and t not in _PLATFORM_TERMS}
    if leans and own and (other := _of_another_matter(question, last)):
        return other
    if (leans and own <= 2) or (short and empty):
        text = _swap_platform(last, mentions[0][0], question) if mentions else last
        return (
            f"{text.rstrip('?？。!！ ')}; {question}"
            if language_of(question) == "en"
            else f"{text.rstrip('?？。!！ ')},{question}"
        )
    return question


def platform_in(history: Sequence[Turn]) -> str | None:
    """The platform that the conversation is about: the one named last, where a question named just one."""
    for turn in reversed(history):
        named = {platform for platform, _, _ in platform_mentions(turn.question)}
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def _of_another_matter(question: str, last: str) -> str | None:
    """「那泄露信息呢」 after 「…扣几分」: the new matter with what was wanted of the old one. None where the question says
    itself what it wants, or the one before it wanted no figure or consequence."""
    wanted = _WANTED.search(last)
    matter = _LEADS_ON.sub("", question).strip()
    if wanted is None or _CONSEQUENCE.search(question) or not _is_matter(matter):
        return None
    if language_of(question) == "en":
        return f"{wanted.group(0)} {matter}?"
    return f"{matter}{wanted.group(0)}?"


def _is_matter(text: str) -> bool:
    """Whether words name a matter rather than a circumstance of the one before (如果买家坚持)."""
    return not re.match(r"(?:如果|要是|万一|假如|if\b|when\b|他|它|这|the buyer|he\b|she\b|they\b)", text, re.IGNORECASE)


_PLATFORM_TERMS = frozenset(
    f"{CONCEPT}{name}" for name in ("taobao", "tmall", "tmall_global", "jd", "pdd", "douyin", "kuaishou", "ali1688", "ali")
)


def _last_subject(history: Sequence[Turn]) -> str:
    """The last question that had a subject of its own, read in its turn with what stood before it."""
    turns = list(history)
    return in_context(turns[-1].question, turns[:-1])


def _without(text: str, mentions: Sequence[tuple[str, int, int]]) -> str:
    for _, start, end in reversed(mentions):
        text = text[:start] + text[end:]
    return text


def _swap_platform(text: str, platform: str, question: str) -> str:
    """The earlier question with the platform that is asked for now."""
    mentions = platform_mentions(text)
    if not mentions:
        return f"{text.rstrip('?？')} ({platform})?" if language_of(question) == "en" else f"{platform}{text}"
    for _, start, end in reversed(mentions):
        text = text[:start] + platform + text[end:]
    return text
