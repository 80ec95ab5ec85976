"""Lines -> claims: what a rule says of which matter, under which circumstances, so that two of them can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.conflicts.lines import Line
from bot.conflicts.roles import LADDER, NO_POINTS, REQUEST, actor_of, beside, is_step, role_of
from bot.conflicts.words import Words
from bot.figures import Figure, figures_in

Says = tuple[str, str, float | str, str]
ClaimKind = Literal["points", "money", "percent", "duration", "count", "modal", "bearer"]
# A matter counts as told once one full concept of it stands in the words.
CORE = 1.0
LONG_SIDE = 110
_INVOICE = re.compile(r"发票|开票|寄票|要票")
_STATES = frozenset(
    ("demote", "block", "limit", "delist", "notice", "freeze", "ban", "valid", "warranty", "keep", "extend", "train")
)
STATE_REACH = 6
_CASE = re.compile(r"的\s*[，,]\s*$")
SCRIPT = re.compile(r"亲[~～，,亲]|哦|呢|哈[~～！!]")


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
    span: tuple[int, int]
    deed: str  # what is permitted, forbidden, demanded or waived, or what stands behind a figure, in the rule's words
    result: str  # what happens after a term, where the rule names the term as a case: 「2天没有操作的，自动退款」
    sure: bool  # whether the clause of the figure itself says what the term is for

    @property
    def own_text(self) -> str:
        """The clauses that make the claim."""
        return self.line.article.text[self.span[0] : self.span[1]]

    @property
    def says(self) -> Says:
        """What the claim says, for telling whether another says the same."""
        return (self.kind, self.role, self.value, self.unit)


# What follows on points: such a sentence goes on with the step that stands before it.
_CONSEQUENCE = re.compile(r"违约金|屏蔽|下架|参加|参与|限制|公示|警告|关店|关闭店铺|查封|降权|清退|冻结|发布")
STEP_REACH = 80


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
        carried = self._head_steps(line)
        for at, (figure, role) in enumerate(zip(figures, roles, strict=True)):
            if role == "none" or (figure.kind in ("money", "percent", "count") and SCRIPT.search(line.text)):
                continue
            steps = frozenset(f.key for f, r in zip(figures, roles, strict=True) if f is not figure and is_step(r))
            if role == "step":
                continue
            if role in ("over", "above"):
                steps = frozenset(
                    f.key
                    for f, r in zip(figures, roles, strict=True)
                    if f is not figure and f.kind != "duration" and r != "none"
                )
            before = [f for f in figures[:at] if f.kind == figure.kind]
            floor = before[-1].end if before else line.start
            yield self._figure_claim(line, figure, role, steps | carried, floor)
        for match in NO_POINTS.finditer(text, line.start, line.end):
            none = Figure("points", 0.0, match.group(0), match.start(), match.end(), "分")
            yield self._figure_claim(line, none, "penalty", carried, line.start)

    def _figure_claim(
        self, line: Line, figure: Figure, role: str, steps: frozenset[tuple[str, float, str]], floor: int
    ) -> Claim:
        text = line.article.text
        which = line.clause_at(figure.start)
        first = self._first_clause(line, which, floor)
        start, end = line.clauses[first][0], line.clauses[which][1]
        before, after = beside(text, line, figure)
        acts: frozenset[str] = frozenset()
        anchor = None
        result, sure = "", False
        if figure.kind == "duration":
            following = text[end : line.clauses[which + 1][1]] if which + 1 < len(line.clauses) else ""
            result = following if _CASE.search(after) else ""
            earlier = text[line.start : line.clauses[which][0]]
            acts, ahead, sure = self._acts(earlier, before, after, following, line.heads)
            anchor = self.words.anchor_in(text[start : figure.start])
            end += len(following) if ahead else 0
        return self.claim(
            line, figure.kind, role, figure.value, figure.unit if figure.kind == "count" else "", (start, end),
            acts=acts, anchor=anchor, actor=actor_of(text, start, figure, after), ladder=steps, deed=after,
            result=result, sure=sure,
        )  # fmt: skip

    def claim(
        self, line: Line, kind: ClaimKind, role: str, value: float | str, unit: str, span: tuple[int, int], *,
        acts: frozenset[str] = frozenset(), anchor: str | None = None, actor: str | None = None,
        ladder: frozenset[tuple[str, float, str]] = frozenset(), deed: str = "", result: str = "", sure: bool = False,
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
        if weight(own) < CORE and not acts and kind not in ("modal", "bearer"):
            of_title = self.features(line.article.title)
            own = {**{n: v for n, v in of_title.items() if not n.startswith("w:")}, **own}
        context = set(self.features(around)) | set(self.features(line.heads)) | set(self.features(line.article.title))
        context |= set(self.features(line.before))
        start, end = self._side(line, span)
        return Claim(
            line, kind, role, value, unit, acts, anchor, actor, own, frozenset(context),
            self._circumstances(f"{line.heads} {line.lead} {words}"), self._circumstances(line.opening),
            self._circumstances(line.text), ladder, start, end, span, deed, result, sure,
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

    def _acts(
        self, earlier: str, before: str, after: str, following: str, heads: str
    ) -> tuple[frozenset[str], bool, bool]:
        """What a duration is the time for, whether only the clause behind its own says so, and whether its own does."""
        states = self.words.acts_in(before[-STATE_REACH:]) & _STATES
        if states:
            return states, False, True  # 「屏蔽7天并支付违约金」
        near = self._without_anchors(before)
        sources = (after, near, following, self._without_anchors(earlier), heads)
        for words in sources:
            acts = self.words.acts_in(words)
            if acts == {"reply"} and REQUEST.search(f"{earlier}{before}{after}"):
                acts = frozenset({"handle"})  # to answer a request is to settle it
            if acts == {"ship"} and _INVOICE.search(f"{earlier}{before}{after}"):
                acts = frozenset({"invoice"})
            if acts:
                return acts, words is following and bool(following), words is after or words is near
        return frozenset(), False, False

    def _without_anchors(self, text: str) -> str:
        for form in self.words.anchors.values():
            text = form.sub(" ", text)
        return text

    def _head_steps(self, line: Line) -> frozenset[tuple[str, float, str]]:
        """The step of a ladder that the heads name, or a sentence just before one of consequences."""
        steps = _steps_in(line.heads)
        if steps or not _CONSEQUENCE.search(line.text) or _steps_in(line.text):
            return steps
        earlier = line.article.text[max(0, line.start - STEP_REACH) : line.start].split("\n")[-1]
        return _steps_in(earlier, last=True)

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


def _steps_in(text: str, *, last: bool = False) -> frozenset[tuple[str, float, str]]:
    """The points at which a ladder's steps begin, in the text's words; with `last` the last of them alone."""
    steps = [f.key for f in figures_in(text) if f.kind == "points" and LADDER.search(text[: f.start])]
    return frozenset(steps[-1:] if last else steps)


def weight(features: dict[str, float] | Iterable[float]) -> float:
    """The full concepts among features; words and what many rules share make no matter of their own."""
    values = features.values() if isinstance(features, dict) else features
    return sum(v for v in values if v >= CORE)
