"""Words that the corpus lists as forbidden, in a draft: one pass over all, everyday words weighed by context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import rjieba

from bot.check.lexicon import Entry
from bot.check.matcher import WordMatcher
from bot.check.normalise import View
from bot.check.patterns import Everyday
from bot.check.polarity import Polarity, Stance
from bot.check.spot import Mark

# Words that change nothing in a phrase: people retell 用不起就不要用 as 用不起就别用 and 您 as 你.
_SAME = (("不要", "别"), ("您", "你"))
_FILLER = re.compile("[的了吧啊呢哦呀嘛吗哈啦就也都么到去里儿]")
_GREETING = re.compile("^(?:亲亲?|您好|你好|抱歉|不好意思|对不起|那|这个|真的|反正|我们?|哦|额|嗯)+")
_WILD = re.compile("[\u4e00-\u9fff]x+|x+[\u4e00-\u9fff]")  # 全国X大品牌之一
_CLAUSE = re.compile("[。!?,]")
_CLAIM_REACH = 8


class ListedWords:
    """The entries of every forbidden-word list, matched in one pass."""

    def __init__(self, entries: Sequence[Entry], everyday: Everyday, polarity: Polarity) -> None:
        self._everyday, self._polarity = everyday, polarity
        words = [e for e in entries if not e.phrase]
        self._words = WordMatcher((_plain(e.word), e) for e in words)
        self._wild = [(re.compile(re.sub("x+", ".{1,4}", re.escape(e.word))), e) for e in words if _WILD.search(e.word)]
        self._phrases = WordMatcher((s, e) for e in entries if e.phrase and len(s := _skeleton(e.word)[0]) >= 2)
        self._superlatives = [e for e in words if e.word == "最"]

    def find(self, view: View, platform: str | None) -> list[Mark]:
        """A mark for every listed word that counts here; lists of other platforms are for the citer to weigh."""
        return [*self._by_word(view, platform), *self._by_phrase(view)]

    def _by_word(self, view: View, platform: str | None) -> Iterator[Mark]:
        text = view.text
        bare, where = _squeeze(text)
        safe = [m.span() for m in self._everyday.safe.finditer(text)]
        hits = [(where[a], where[b - 1] + 1, e) for a, b, e in self._words.find(bare)]
        hits += [(m.start(), m.end(), e) for p, e in self._wild for m in p.finditer(text)]
        for entry in self._superlatives[:1]:
            hits += [(m.start(), m.end(), entry) for m in self._everyday.superlative.finditer(text)]
        # The longest entry at a place says most; what lies inside it says nothing more.
        hits.sort(key=lambda h: (h[0] - h[1], h[0], not h[2].unit.applies_to(platform)))
        taken: list[tuple[int, int]] = []
        for start, end, entry in hits:
            if any(s <= start and end <= e for s, e in taken):
                continue
            if self._counts(view, start, end, entry, safe):
                taken.append((start, end))
                yield Mark(entry.label, start, end, (), (entry.unit,))

    def _counts(self, view: View, start: int, end: int, entry: Entry, safe: list[tuple[int, int]]) -> bool:
        text = view.text
        if any(mark in text[start:end] for mark in "。!?,"):
            return False
        if self._polarity.stance(view, start, end) in (Stance.NEGATED, Stance.REFUSED, Stance.QUOTED, Stance.WARNED):
            return False
        if entry.label == "absolute_terms":
            if any(s <= start < e and end <= e for s, e in safe):
                return False
            found = text[start:end]
            if found in self._everyday.plain:
                return False
            if found in self._everyday.weak or len(found) == 1 or entry.word == "最":
                return self._praises(view, start, end)
        return len(text[start:end]) > 3 or _whole_words(text, start, end)

    def _praises(self, view: View, start: int, end: int) -> bool:
        """Whether the word praises the goods: a word for goods or their qualities stands close by in the clause."""
        found = view.text[start:end]
        if len(found) == 1:
            return False
        if "最" not in found and self._everyday.superlative.fullmatch(found):
            return True  # 独家发售 needs no more
        left, right = self._polarity.clause(view, start, end)
        before, behind = max(left, start - _CLAIM_REACH), min(right, end + _CLAIM_REACH)
        around = view.text[before:start] + "_" + view.text[end:behind]
        after = view.text[end:right]
        if (
            view.text[start] == "最"
            and end - start >= 2
            and (re.match("[^,。!?]{0,3}的", after) or not after.strip("了的哦呢哈呀"))
        ):
            return True
        if "最" not in found and re.match("[^,。!?]{1,6}的[^,。!?]", after):
            return True  # 唯一不伤手的洗洁精
        return bool(self._everyday.goods.search(around) or self._everyday.claim.match(after))

    def _by_phrase(self, view: View) -> list[Mark]:
        skeleton, where = _skeleton(view.text)
        marks: list[Mark] = []
        mild: list[Mark] = []
        for start, end, entry in self._phrases.find_all(skeleton):
            first, last = where[start], where[end - 1] + 1
            if not self._says(view.text, first, last, end - start):
                continue
            if self._polarity.stance(view, first, last) in (Stance.QUOTED, Stance.CONDITIONAL):
                continue
            (mild if entry.mild else marks).append(Mark(entry.label, first, last, (), (entry.unit,)))
        return marks + mild if marks else []

    def _says(self, text: str, start: int, end: int, length: int) -> bool:
        """Whether the phrase is what the clause says, and no part of a longer, harmless one (不知道您穿多大码)."""
        rest = _FILLER.sub("", _CLAUSE.split(text[end:], maxsplit=1)[0])
        if rest and not (length >= 8 and len(rest) <= 2):
            return False
        whole = not _GREETING.sub("", _CLAUSE.split(text[:start])[-1])
        return length > 5 or whole


def _plain(word: str) -> str:
    return re.sub("^x+|x+$", "", word) if not re.fullmatch("[a-z0-9]+", word) else word


def _squeeze(text: str) -> tuple[str, list[int]]:
    where = [i for i, c in enumerate(text) if c not in "、 "]
    return "".join(text[i] for i in where), where


def _skeleton(text: str) -> tuple[str, list[int]]:
    """The text without marks and fillers, with like words alike, and where each character stood."""
    chars: list[str] = []
    where: list[int] = []
    i = 0
    while i < len(text):
        for word, same in _SAME:
            if text.startswith(word, i):
                chars += same
                where += range(i, i + len(word))[: len(same)]
                i += len(word)
                break
        else:
            if text[i] not in "。!?,:、 " and not _FILLER.match(text[i]):
                chars.append(text[i])
                where.append(i)
            i += 1
    return "".join(chars), where


def _whole_words(text: str, start: int, end: int) -> bool:
    """Whether the span begins and ends where words do (无双 in 无双肩包 does not)."""
    left, right = max(0, start - 6), min(len(text), end + 6)
    for word, a, b in rjieba.tokenize(text[left:right], hmm=False):
        first, last = a + left, b + left
        if len(word) > 1 and (first < start < last or first < end < last):
            return False
    return True
