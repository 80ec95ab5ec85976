"""What a learned reader looks at in a question and the sentences that may decide it: cues of asking, crossed with the
stance that the rule takes. Nothing of it names a topic."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from bot.question import Question
from bot.verdict_align import met, opposed
from bot.verdict_asked import Asked
from bot.verdict_context import SentenceContext
from bot.verdict_fit import Reading
from bot.verdict_words import words

# Characters of asking, allowing, owing, denying and punishing: runs of them are cues, whatever the matter is.
_ASKING = "能可以不要必须得会算是没有只都才就还吗吧么行用该应准许让被违规扣罚问题事关系影响对真假免费谁同样反正非一定无需允禁止拒绝成好合适随便先再也全部所每任何限仅光单除了外另自动己主默认直接必备照常正听说据"
_RUN = re.compile(f"[{_ASKING}]{{1,4}}")
# The same for a rule: also who bears or does a thing, from when and up to how much it holds.
_RULING = re.compile(f"[{_ASKING}由承担负责理收付赔退视为判定即方可未已满超内前后最多至少]{{1,6}}")
_WORD = re.compile(r"[a-z']+")
_ENGLISH = frozenset(
    "can could may might must should shall will would do does did is are was be am have has had need needs ought allowed "
    "permitted forbidden banned prohibited ok okay fine alright acceptable legal legit wrong problem trouble violation violate "
    "breach break breaking against punish punished penalty penalised penalized fine fined deducted lose count counts counted "
    "not no never without only all any every both same different free pay pays paid charge owe true really actually still "
    "even if unless refuse decline ignore skip avoid right enough supposed required mandatory optional necessary obliged "
    "obligatory entitled safe get away just okay automatically myself ourselves who whose".split()
)
_CLAUSE_GRAMS, _SENTENCE_GRAMS = 3, 2  # the longest runs that are cues of the clause read, and of all its sentence
_SIDES = ("permit", "require", "tell", "state", "exclusive", "except", "clear")


def cues_of(question: Question) -> frozenset[str]:
    """The cues of a question; the last words, which ask, once more as such."""
    text = question.text.strip().rstrip("?？!！。. ")
    if question.query.language == "en":
        found = [w for w in _WORD.findall(text.lower()) if w in _ENGLISH]
        pairs = [f"{a} {b}" for a, b in itertools.pairwise(found)]
        return frozenset([*found, *pairs, *(f"^{w}" for w in found[:1]), *(f"${w}" for w in found[-1:])])
    grams = _grams(_RUN, text, 3)
    tail = text[-4:]
    return frozenset(grams | {f"${tail[i:]}" for i in range(len(tail)) if all(c in _ASKING for c in tail[i:])})


def _grams(form: re.Pattern[str], text: str, longest: int) -> set[str]:
    """The parts of the form's runs in a text, up to a length."""
    runs = [m.group(0) for m in form.finditer(text)]
    return {run[i : i + n] for run in runs for n in range(1, longest + 1) for i in range(len(run) - n + 1)}


def features_of(
    question: Question,
    asked: Asked,
    contexts: Sequence[SentenceContext],
    readings: Sequence[Reading],
    weights: Mapping[str, float],
) -> dict[str, float]:
    """Named numbers, most of them 0 to 1; empty where no sentence says anything of the asked act."""
    if not readings:
        return {}
    votes = [(weights.get(r.name, 0.0) * r.value, r) for r in readings]
    total = sum(v for v, _ in votes)
    best = max(votes, key=lambda v: abs(v[0]))[1]
    text = contexts[best.sentence].answer or contexts[best.sentence].sentence
    stance = best.stance
    side = "for" if stance in _SIDES else "against"
    odd = (asked.negations + asked.said_negations) % 2
    found = {
        "rules": max(-3.0, min(3.0, total)) / 1.5,
        f"rules:{asked.frame}": max(-3.0, min(3.0, total)) / 1.5,
        "bias": 0.5,
        f"frame:{asked.frame}:{stance}": 1.0,
        f"form:{question.form}:{side}": 1.0,
        f"name:{best.name}:{'odd' if odd else 'even'}": 1.0,
        f"turned:{asked.turned}:{side}": 0.7,
        f"odd:{odd}:{side}": 0.7,
    }
    limit = met(asked.figures, text)
    if limit is not None:
        found[f"limit:{limit}:{side}"] = 1.0
        found[f"limit:{limit}:{asked.frame}"] = 1.0
    if opposed(asked, text):
        found[f"opposed:{side}"] = 1.0
        found[f"opposed:{asked.frame}"] = 1.0
    if words().consequence.search(asked.act):
        found[f"consequence:{stance}"] = 1.0
    denied = words().negations(text)
    found[f"denied:{min(denied, 1)}:{asked.frame}"] = 0.5
    way = f"{asked.frame}:{int(asked.turned)}:{odd}"
    for gram in _grams(_RULING, best.clause, _CLAUSE_GRAMS):
        found[f"clause:{gram}:{way}"] = 0.5
        found[f"clause:{gram}:{asked.frame}"] = 0.5
    for gram in _grams(_RULING, text, _SENTENCE_GRAMS):
        found[f"sentence:{gram}:{way}"] = 0.3
    for reading in readings[:2]:
        found[f"read:{reading.name}"] = found.get(f"read:{reading.name}", 0.0) + reading.value
        found[f"read:{reading.name}:{way}"] = 0.5 if reading.value > 0 else -0.5
    for cue in cues_of(question):
        found[f"cue:{cue}"] = 0.3
        found[f"cue:{cue}:{side}"] = 0.5
        found[f"cue:{cue}:{stance}"] = 0.5
    return found
