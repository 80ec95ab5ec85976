"""The best sentences read once more, token by token against the question: what the finder's shares cannot see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.evidence import Evidence, PairReading, fitted_weights
from bot.question import Question
from index.pairs import PairReader

READ = 5  # different sentences that are read for a question: each takes one to two milliseconds
ENOUGH = 3  # of which so many are known already: the best of the hits are mostly those of the platform, too
Memory = dict[int, PairReading]  # by text


@dataclass(frozen=True, slots=True)
class SecondReading:
    """Reads with the pair network of an index; where it has none, the evidence stays as it is."""

    reader: PairReader | None

    def weigh(self, question: Question, evidence: Sequence[Evidence], memory: Memory) -> list[Evidence]:
        """The evidence, best first by both readings. `memory` keeps what was read for this question.

        What was read gains what it is believed more than the least believed; so sentences too far behind to be read are
        believed as little as that one.
        """
        if self.reader is None or not evidence:
            return list(evidence)
        texts = [self.reader.text_of(e.row) for e in evidence]
        first: dict[int, int] = {}
        for text, one in zip(texts, evidence, strict=True):
            if len(first) == READ:
                break
            first.setdefault(text, one.row)
        unread = {text: row for text, row in first.items() if text not in memory}
        if len(first) - len(unread) >= ENOUGH:
            unread = {}
        read_now = self.reader.read(question.query.text, list(unread.values())) if unread else ()
        for text, (answers, yes, depends) in zip(unread, read_now, strict=True):
            memory[text] = PairReading(float(answers), float(yes), float(depends))
        weight = pair_weights()["evidence"]
        least = min(memory[text].answers for text in first if text in memory)
        read = [
            replace(one, score=one.alone + weight * (memory[text].answers - least), pair=memory[text])
            if text in memory
            else one
            for text, one in zip(texts, evidence, strict=True)
        ]
        return sorted(read, key=lambda e: (-e.score, e.hit.rank, e.start))


def pair_weights() -> Mapping[str, float]:
    """How much the second reading counts, fitted on questions that its network was not trained on."""
    return fitted_weights("pairs")
