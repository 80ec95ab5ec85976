"""How a draft means an act: it does it, refuses it, warns of it, asks about it, or tells what the buyer wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from bot.check.normalise import View


class Stance(Enum):
    """How the act at a place in the draft is meant."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"  # a negator stands before the act
    REFUSED = "refused"  # the words behind the act, or the next clause, refuse it
    WARNED = "warned"  # the sentence warns of fraud
    QUOTED = "quoted"  # the buyer's wish or words, told back
    ASKED = "asked"
    CONDITIONAL = "conditional"


def sentence_start(text: str, at: int) -> int:
    """Where the sentence that holds an offset begins."""
    return max(text.rfind(mark, 0, at) for mark in "。!?") + 1


class Polarity:
    """Reads the clause around an act; its word lists come from words.toml."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """`words` are patterns by name: see [polarity] in words.toml."""
        self._p = {name: re.compile(pattern) for name, pattern in words.items()}

    def stance(self, view: View, start: int, end: int) -> Stance:
        """The stance towards view.text[start:end]."""
        text = view.text
        left, right = self.clause(view, start, end)
        before, after = text[left:start], text[end:right]
        if self.negated_before(view, start):
            return Stance.NEGATED
        if self._p["refused_after"].match(after) or self._refused_next(text, right, before + text[start:right]):
            return Stance.REFUSED
        if self._warned(text, start, end):
            return Stance.WARNED
        if self._p["quoted_before"].search(before) and not self._granted(text, end):
            return Stance.QUOTED
        if self._p["condition_before"].search(before) or self._p["condition_after"].search(after):
            return Stance.CONDITIONAL
        if self._asked(text, left, right):
            return Stance.ASKED
        return Stance.AFFIRMED

    def clause(self, view: View, start: int, end: int) -> tuple[int, int]:
        """The bounds of the clause that holds the span: marks, soft breaks and words such as 但 end a clause."""
        text = view.text
        left = max((m.end() for m in self._p["clause_end"].finditer(text, 0, start)), default=0)
        left = max([left, *(b for b in view.breaks if b <= start)])
        found = self._p["clause_end"].search(text, end)
        right = found.start() if found else len(text)
        return left, min([right, *(b for b in view.breaks if b >= end)])

    def sentence(self, text: str, start: int, end: int) -> tuple[int, int]:
        """The bounds of the sentence(s) that hold the span."""
        left = sentence_start(text, start)
        ends = [i for i in (text.find(mark, end) for mark in "。!?") if i >= 0]
        return left, min(ends, default=len(text))

    def buyer_acts(self, view: View, start: int) -> bool:
        """Whether the buyer, and not the shop, is who does what stands at `start`."""
        left, _ = self.clause(view, start, start)
        named = [m.lastgroup for m in self._p["who"].finditer(view.text, left, start)]
        return bool(named) and named[-1] == "buyer"

    def negated_before(self, view: View, start: int) -> bool:
        """Whether a negator in the clause governs what stands at `start`; two negators cancel out."""
        before = view.text[self.clause(view, start, start)[0] : start]
        masked = self._p["no_negation"].sub(lambda m: "_" * len(m.group()), before)
        masked = self._p["double_negation"].sub(lambda m: "_" * len(m.group()), masked)
        # 「不需要邮箱也不用加好友」: two refusals side by side, the last of which governs.
        for joined in reversed(list(self._p["and_not"].finditer(masked))):
            both = (masked[: joined.start()], masked[joined.end() :])
            if all(map(self._p["negators"].search, both)):
                masked = masked[joined.end() :]
                break
        count = 0
        for negator in self._p["negators"].finditer(masked):
            between = masked[negator.end() :]
            if self._p["thing_negators"].fullmatch(negator.group()):
                if self._p["nothing_to"].match(between):
                    count += 1  # 没有账号可以给您
                    continue
                if self._p["thing_reset"].search(between):
                    continue
            if not self._p["reset"].search(between):
                count += 1
        return count % 2 == 1

    def _refused_next(self, text: str, right: int, clause: str) -> bool:
        """「加微信的话,平台不允许」: a condition or a wish that the next clause refuses."""
        if not any(self._p[name].search(clause) for name in ("condition_before", "condition_after", "topic")):
            return False
        following = re.split(r"[。!?]", text[right:], maxsplit=1)[0]
        return bool(self._p["refused_next"].match(following))

    def _warned(self, text: str, start: int, end: int) -> bool:
        left, right = self.sentence(text, start, end)
        return bool(self._p["warning"].search(text[left:right]))

    def _granted(self, text: str, end: int) -> bool:
        following = self._p["platform_way"].sub("", text[end : end + 24])
        found = self._p["granted"].search(following)
        refused = self._p["negators"].search(self._p["no_negation"].sub("__", following))
        return found is not None and not (refused and refused.start() <= found.start())

    def _asked(self, text: str, left: int, right: int) -> bool:
        clause = text[left:right]
        mark = text[right : right + 1]
        if self._p["tag_question"].search(clause + mark) or self._p["tag_question"].match(text[right + 1 : right + 8]):
            return False  # 「…行不?」 asks for consent to what it says
        return bool(self._p["question"].search(clause)) or (mark == "?")
