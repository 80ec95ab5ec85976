"""Counts in how many lines of rules each word stands: what bot/conflicts/common.json holds.

    python -m eval.common_words > bot/conflicts/common.json

The lines are those of the starter rulebook and of the development half of its conflict pairs.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

import rjieba

from eval.items import load_conflicts
from eval.systems import STARTER

LEAST = 4  # a word of fewer lines counts as one that rules hardly use
_CHINESE = re.compile(r"^[\u4e00-\u9fff]+$")
_END = re.compile(r"[\n。；;]|\s[一二三四五六1-9][、.]")
_SHORTEST = 6


def count(lines: Iterable[str]) -> dict[str, object]:
    """{"lines": how many, "words": {word: in how many}}, the commonest words first."""
    counts: Counter[str] = Counter()
    total = 0
    for line in lines:
        total += 1
        counts.update({word for word in rjieba.cut(line) if _CHINESE.match(word)})
    kept = sorted(((w, n) for w, n in counts.items() if n >= LEAST), key=lambda pair: (-pair[1], pair[0]))
    return {"lines": total, "words": dict(kept)}


def rule_lines() -> Iterator[str]:
    """The lines of the rulebook without its front matter, then those of the pairs."""
    texts = [p.read_text("utf-8").split("---", 2)[2] for p in sorted((STARTER / "rulebook").glob("*.md"))]
    pairs = [c for c in load_conflicts(STARTER / "conflicts.jsonl") if c.split == "development"]
    texts += [article.text for case in pairs for article in case.articles]
    for text in texts:
        yield from (line for line in _END.split(text) if len(line) >= _SHORTEST)


if __name__ == "__main__":
    json.dump(count(rule_lines()), sys.stdout, ensure_ascii=False)
