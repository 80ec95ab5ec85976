"""Which rule to show beside a finding: the sentence of the corpus that states it, and the one with its penalty."""

from __future__ import annotations

from collections.abc import Mapping

from bot.check.patterns import Label
from bot.check.rulebook import Rulebook, RuleUnit, figures, overlap, pairs
from bot.check.spot import Mark

_TERM = 3.0
_CLOSE = 4.5
_PAIR = 0.25
_FAMILY = {"淘宝": "天猫", "天猫": "淘宝"}  # one company's rules: the nearer ones where a platform has none of its own


class Citer:
    """Chooses the rule units that a finding cites; none means that the corpus has no such rule."""

    def __init__(self, book: Rulebook, labels: Mapping[str, Label]) -> None:
        """Scores every rule sentence for every label once."""
        self._book = book
        self._found = {label.name: book.candidates(label.cite) for label in labels.values()}

    def has_rule(self, label: str, platform: str | None) -> bool:
        """Whether the corpus states the label's rule for the platform."""
        return any(u.applies_to(platform) for _, u in self._found[label])

    def states(self, label: str, platform: str, word: str) -> bool:
        """Whether the label's rule for the platform names `word`."""
        return any(word in u.text for _, u in self._found[label] if u.applies_to(platform))

    def platforms_with(self, label: str) -> tuple[str, ...]:
        """The platforms for which the corpus states the label's rule."""
        return tuple(dict.fromkeys(p for _, u in self._found[label] for p in u.platforms))

    def cite(self, label: Label, mark: Mark, words: str, platform: str | None) -> list[RuleUnit]:
        """Up to three units: the rule, the list that holds the word, the penalty; [] where there is no rule."""
        listed = [u for u in mark.units if u.applies_to(platform)] or ([] if label.bound else list(mark.units))
        if label.bound and mark.units:
            return listed[:1]  # what one platform lists binds no other
        found = self._found[label.name]
        own = [(s, u) for s, u in found if u.applies_to(platform)]
        if not own and not listed:
            if label.bound:
                return []
            kin = [(s, u) for s, u in found if u.applies_to(_FAMILY.get(platform or "", ""))]
            own = kin or found
        ranked = self._ranked(own, mark.terms, words)
        best = ranked[0][1] if ranked else None
        units = [u for u in (best, *listed[:1]) if u is not None]
        if mark.units and listed and best is not None:
            # The list itself says it best; the general rule comes second, where it is the platform's own.
            units = [listed[0], best] if listed[0].applies_to(platform) else [best, listed[0]]
        if units and not any(figures(label.cite, u) for u in units):
            units += self._penalty(label, units[0])
        # A second article that says the same lets the agent see that the rule is no slip of one page.
        top = ranked[0][0] if ranked else 0.0
        units += [u for s, u in ranked if top - s <= _CLOSE and all(u.article is not x.article for x in units)][:1]
        return list(dict.fromkeys(units))[:3]

    def _ranked(
        self, found: list[tuple[float, RuleUnit]], terms: tuple[str, ...], words: str
    ) -> list[tuple[float, RuleUnit]]:
        wanted = pairs(words)

        def score(base: float, unit: RuleUnit) -> float:
            return base + _TERM * sum(1 for t in terms if t in unit.text) + _PAIR * min(6, overlap(wanted, unit.text))

        scored = [(score(base, unit), unit) for base, unit in found]
        return sorted(scored, key=lambda x: (-x[0], x[1].article.article_id, x[1].start))

    def _penalty(self, label: Label, rule: RuleUnit) -> list[RuleUnit]:
        """The unit of the same article on the same matter that names the penalty."""
        matter = label.cite.all[0]
        same = [
            u
            for u in self._book.units
            if u.article is rule.article
            and (u.passage is rule.passage or u.platforms == rule.platforms)
            and matter.search(u.text)
            and figures(label.cite, u)
            and not any(p.search(u.text) for p in label.cite.avoid)
        ]
        return [min(same, key=lambda u: (abs(u.start - rule.start), u.start))] if same else []
