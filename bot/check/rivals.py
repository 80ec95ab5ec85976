"""Other platforms' and payment systems' names, where the own platform forbids them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.citing import Citer
from bot.check.matcher import stands_alone
from bot.check.normalise import View
from bot.check.patterns import Rivals
from bot.check.spot import Mark
from ingest.platforms import platform_mentions, uncovered_platforms

LABEL = "competitor"


class RivalNames:
    """Finds names that the own platform forbids; the platform is given, or what the draft itself reveals."""

    def __init__(self, spec: Rivals) -> None:
        self._spec = spec

    def find(self, view: View, platform: str | None, citer: Citer) -> Iterator[Mark]:
        """A mark for each forbidden name, by the rule of the own platform in the corpus."""
        text = view.text
        own = platform or self._revealed(text)
        if own is not None and not citer.has_rule(LABEL, own):
            return
        ruled = citer.platforms_with(LABEL)
        others = [(n, at, at + len(n)) for n in uncovered_platforms(text) for at in [text.find(n)]]
        for name, start, end in [*platform_mentions(text), *others]:
            if name == own or not stands_alone(text, start, end) or (name == "1688" and text[start:end] != "阿里巴巴"):
                continue
            if own is None and not (any(p != name for p in ruled) and self._steers_away(text, start, end)):
                continue
            yield Mark(LABEL, start, end, ("名字",))
        if own is not None and citer.states(LABEL, own, "支付"):
            for word in self._spec.payment:
                at = text.find(word)
                if at >= 0 and stands_alone(text, at, at + len(word)):
                    yield Mark(LABEL, at, at + len(word), ("支付系统",))

    def _revealed(self, text: str) -> str | None:
        """The platform that the draft's own words give away (咚咚 is 京东's chat); None where they give none or two."""
        found = [p for p, pattern in self._spec.own.items() if pattern.search(text)]
        for name, start, end in platform_mentions(text):
            ours = text[max(0, start - 3) : start].endswith(("我们", "本", "咱们", "咱"))
            if ours or text[end:].startswith(("自营", "商城这边")):
                found.append(name)
        return found[0] if len(set(found)) == 1 else None

    def _steers_away(self, text: str, start: int, end: int) -> bool:
        before, after = text[max(0, start - 8) : start], text[end : end + 8]
        if self._spec.steer_before.search(before) and self._spec.steer_after.match(after):
            return True
        return bool(self._spec.elsewhere.search(text[max(0, start - 8) : end + 12]))
