"""A claim with the telling words of all that stands around it, and how alike two of them are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.conflicts.claims import Claim
from bot.conflicts.speech import Speech, Spoken, credit

# What stands around a claim's own words counts less, the farther away it stands.
IN_LINE, IN_HEADS, IN_TITLE, IN_SECTION, IN_CLAIM = 0.95, 0.9, 0.75, 0.5, 0.8
# Own words that weigh less than this tell no matter: what stands before them does.
THIN = 0.5
# A word counts as found from here on.
FOUND = 0.5
# Two claims whose plainly shared words weigh less than this are not looked into further.
SHARED = 0.35
# What of a result must weigh, and be told by the other, for the two to be one.
RESULT = 0.3


class View:
    """A claim's own words and those around it, each read when it is first asked for."""

    def __init__(self, claim: Claim, speech: Speech) -> None:
        self.claim = claim
        self._of = speech.of

    @cached_property
    def own(self) -> Spoken:
        """The claim's own words; where they tell no matter, with the line before (a question), the heads, the title."""
        line, text = self.claim.line, self.claim.own_text
        for more in ("", line.before, line.heads, line.article.title):
            text = f"{more} {text}" if more else text
            if self._of(text).total >= THIN:
                break
        return self._of(text)

    @property
    def thin(self) -> bool:
        """Whether the claim's own clauses tell too little to be judged by their words."""
        return self._of(self.claim.own_text).total < THIN

    @property
    def deed(self) -> Spoken:
        """The words of what is to be done."""
        return self._of(self.claim.deed)

    @property
    def result(self) -> Spoken:
        """The words of what happens after a term."""
        return self._of(self.claim.result)

    @property
    def heads(self) -> Spoken:
        """The words of the headings above."""
        return self._of(self.claim.line.heads)

    @property
    def title(self) -> Spoken:
        """The words of the article's title."""
        return self._of(self.claim.line.article.title)

    @cached_property
    def near(self) -> tuple[tuple[float, Spoken], ...]:
        """All that may name the claim's circumstances, with what a word there counts, the nearest first."""
        line = self.claim.line
        return (
            (1.0, self.own),
            (IN_LINE, self._of(line.text)),
            (IN_HEADS, self._of(f"{line.heads} {line.lead} {line.before}")),
            (IN_TITLE, self._of(line.opening)),
        )

    @cached_property
    def layers(self) -> tuple[tuple[float, Spoken], ...]:
        """What is near, and the section."""
        return (*self.near, (IN_SECTION, self._of(self.claim.line.around)))

    @cached_property
    def reach(self) -> frozenset[str]:
        """All words and concepts around the claim."""
        return frozenset[str]().union(*(s.weights.keys() | s.named for _, s in self.layers))

    @cached_property
    def keys(self) -> frozenset[str]:
        """What another claim must share to be set against this one."""
        return self.own.keys | self._of(self.claim.line.text).keys


class Views:
    """Makes the views of claims, each once."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._made: dict[int, View] = {}

    def of(self, claim: Claim) -> View:
        """The view of a claim, which must outlive this object."""
        if id(claim) not in self._made:
            self._made[id(claim)] = View(claim, self._speech)
        return self._made[id(claim)]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Shares of two claims' words found in the other, on average and on either side; `rare` is the best word that both
    know, `told` the weight of all."""

    mean: float
    poorer: float
    richer: float
    rare: float
    told: float


def share_words(one: View, other: View) -> bool:
    """Whether two claims have enough words in common to be looked into: much cheaper than `likeness`."""
    return min(_plainly_shared(one, other), _plainly_shared(other, one)) >= SHARED


def _plainly_shared(one: View, other: View) -> float:
    own, reach = one.own, other.reach
    return sum(v for word, v in own.weights.items() if word in reach or not own.concepts[word].isdisjoint(reach))


def likeness(one: View, other: View) -> Likeness:
    """How alike the words of two claims are."""
    mine, best, told = _coverage(one, other)
    theirs, best_too, told_too = _coverage(other, one)
    return Likeness((mine + theirs) / 2, min(mine, theirs), max(mine, theirs), min(best, best_too), min(told, told_too))


def _coverage(one: View, other: View) -> tuple[float, float, float]:
    total = found = best = 0.0
    for word, weight in one.own.weights.items():
        got = 0.0
        for share, there in other.layers:
            if share <= got:
                break  # the layers behind count for less
            got = max(got, share * credit(word, one.own, there))
        total += weight
        found += weight * got
        if got >= FOUND:
            best = max(best, weight * got)
    return (found / total if total else 0.0), best, found


def deed_told(one: View, other: View) -> float:
    """The share of one act's words that the other claim says, in its act first."""
    return _told(one.deed, ((1.0, other.deed), (IN_CLAIM, other.own)))


def other_results(one: View, other: View) -> bool:
    """Whether both tell what happens after a term, and other things: a reminder, and the end of the order."""
    results = (one.result, other.result)
    if min(r.total for r in results) < RESULT:
        return False
    return max(_told(a, ((1.0, b),)) for a, b in (results, results[::-1])) < RESULT


def _told(words: Spoken, layers: Sequence[tuple[float, Spoken]]) -> float:
    told = sum(
        weight * max(share * credit(word, words, there) for share, there in layers)
        for word, weight in words.weights.items()
    )
    return told / words.total if words.total else 0.0
