"""The worst items of each suite as cards: what was asked, what was expected, what came, what was retrieved.

Items of the held-out half are never shown: nobody reads them to change the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from eval.results import EvalResult, Row

SHOWN = 8
_CUT = 150
Field = tuple[str, str]  # a name, and HTML that is already escaped


def worst_section(result: EvalResult) -> str:
    """The cards of a suite, worst first; empty where nothing went wrong that may be shown."""
    faults, fields = _SUITES[result.suite]
    shown = [row for row in result.per_item if row.get("split") != "held_out"]
    hidden = len(result.per_item) - len(shown)
    ranked = sorted(((faults(row), i) for i, row in enumerate(shown) if faults(row) > 0), reverse=True)
    note = f" {hidden} held-out items are counted above and not shown." if hidden else ""
    if not ranked:
        return f'<p class="note">No item that may be shown went wrong.{note}</p>'
    cards = "".join(_card(shown[i], fields(shown[i])) for _, i in ranked[:SHOWN])
    count = f"{len(ranked)} of {len(shown)} went wrong in some way; the worst first.{note}"
    return f'<h3>The worst items</h3><p class="note">{count}</p><div class="items">{cards}</div>'


def _card(row: Row, fields: Iterable[Field]) -> str:
    title = row.get("stem") or row.get("question") or row.get("draft") or row.get("title") or ""
    terms = [("failed", bad(row["error"]))] if "error" in row else []
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{words}</dd>" for name, words in [*terms, *fields] if words)
    head = f"<h4><small>{escape(str(row['id']))}</small>{escape(title)}</h4>"
    return f'<article class="item">{head}<dl>{lines}</dl></article>'


def bad(words: object) -> str:
    """Escaped, in the colour of a fault."""
    return f'<span class="bad">{escape(str(words))}</span>'


def cut(words: str, length: int = _CUT) -> str:
    """Escaped, and cut to a length."""
    return escape(words if len(words) <= length else words[: length - 1] + "…")


def _exam_faults(row: Row) -> float:
    if row["correct"]:
        return 0.0
    return 3.0 + (row.get("confidence") or 0.0) if row["answered"] else 1.0 + bool(row["supported"])


def _exam_fields(row: Row) -> list[Field]:
    options = " · ".join(f"{escape(k)} {escape(v)}" for k, v in row["options"].items())
    said = bad(_value(row["predicted"])) if row["answered"] else "left open"
    confidence = row.get("confidence")
    return [
        ("options", options),
        ("key", escape(_value(row["gold"]))),
        ("answered", said),
        ("confidence", "" if confidence is None else f"{confidence:.2f}"),
        ("rules", {True: "bear out the key", False: "do not bear out the key", None: ""}[row["supported"]]),
        ("cited", _list(c["quote"] for c in row["citations"])),
        ("retrieved", _list(p["text"] for p in row["retrieved"][:3])),
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "right" if value else "wrong"
    if isinstance(value, list):
        return " | ".join(v[0] if isinstance(v, list) else (v or "–") for v in value)
    return str(value)


def _retrieval_fields(row: Row) -> list[Field]:
    rank = row["first"]
    quotes = [g["quote"] for g in row["gold"]]
    marked = [
        _around(p["text"], quotes) if p["passage_id"] in row["gold_passages"] else cut(p["text"])
        for p in row["retrieved"][:5]
    ]
    where = bad("not among the first ten") if rank is None else f"first at rank {rank}"
    return [
        ("gold", _list(g["quote"] for g in row["gold"][:3])),
        ("found", where if row["gold_found"] else bad("its evidence is not in this corpus")),
        ("retrieved", f"<ol>{''.join(f'<li>{words}</li>' for words in marked)}</ol>" if marked else ""),
    ]


def _around(words: str, quotes: Sequence[str]) -> str:
    """A passage that holds the gold, cut to where it stands and marked."""
    quote = next((q for q in quotes if q in words), "")
    if not quote:
        return f"<mark>{cut(words)}</mark>"
    at = words.index(quote)
    room = max(0, _CUT - len(quote)) // 2
    lead, tail = words[max(0, at - room) : at], words[at + len(quote) :]
    return f"{'…' if at > room else ''}{escape(lead)}<mark>{escape(quote)}</mark>{cut(tail, room + 1) if tail else ''}"


def _answer_faults(row: Row) -> float:
    answerable = row["answerable"]
    faults: float = 10.0 * row["opposite"] + 5 * (not row["quotes_exact"]) + 5 * (not row["marks_resolve"])
    faults += 4.0 * (row["refused"] if answerable else not row["refused"])
    faults += 3.0 * (answerable and bool(row["gold"]) and not row["evidence_cited"])
    return faults + 2.0 * (row["verdict_right"] is False) + 2.0 * (row["figures_right"] is False)


def _answer_fields(row: Row) -> list[Field]:
    verdict = escape(str(row["gold_verdict"])) if row["gold_verdict"] else ""
    said = escape(str(row["verdict"] or "none"))
    missing = [f for f in row["gold_figures"] if f not in row["figures_told"]]
    wrongly = bad("refused, though the rules answer it") if row["answerable"] else bad("answered, though no rule does")
    return [
        ("verdict", f"{bad(said) if not row['verdict_right'] else said}, gold {verdict}" if verdict else ""),
        ("figures", f"missing: {bad(', '.join(missing))}" if missing else ""),
        ("refusal", wrongly if row["refused"] == row["answerable"] else ""),
        ("quotes", "" if row["quotes_exact"] else bad("a quote is not exact")),
        ("marks", "" if row["marks_resolve"] else bad("a mark names no citation")),
        ("gold", _list(g["quote"] for g in row["gold"][:2])),
        ("answer", cut(row.get("text", ""), 260)),
        ("retrieved", _list(p["text"] for p in row["retrieved"][:3])),
    ]


def _check_faults(row: Row) -> float:
    if row["gold_ok"]:
        return 4.0 if row["flagged"] else 0.0
    faults: float = 5.0 * (not row["flagged"]) + 2.0 * (row["label_right"] is False)
    faults += (row["rule_right"] is False) + (row["span_right"] is False)
    return faults + 0.5 * bool(row["extra_labels"])


def _check_fields(row: Row) -> list[Field]:
    found = "; ".join(f"{f['label']}「{f['words']}」" for f in row["findings"])
    wanted = ", ".join(row["gold_labels"]) or "clean"
    return [
        ("gold", escape(wanted + (f"「{'」「'.join(row['gold_spans'])}」" if row["gold_spans"] else ""))),
        ("found", escape(found) if found else bad("nothing")),
        ("rule", bad("another rule cited") if row["rule_right"] is False and row["flagged"] else ""),
        ("platform", escape(row["platform"] or "")),
    ]


def _conflict_faults(row: Row) -> float:
    return 3.0 * int(row["invented"]) + 2.0 * (row["found"] is False)


def _conflict_fields(row: Row) -> list[Field]:
    wanted = f"{row['topic']} {' / '.join(row['figures'])}" if row["conflict"] else "no conflict"
    wrong = [r for r in row["reported"] if not r["right"]]
    return [
        ("gold", escape(wanted)),
        ("found", bad("nothing") if row["found"] is False else ""),
        ("invented", _list(f"{r['topic']}: {' | '.join(s['text'] for s in r['sides'])}" for r in wrong)),
    ]


def _list(quotes: Iterable[str]) -> str:
    items = "".join(f"<li>{cut(q)}</li>" for q in quotes)
    return f"<ol>{items}</ol>" if items else ""


_SUITES: dict[str, tuple[Callable[[Row], float], Callable[[Row], Sequence[Field]]]] = {
    "exam": (_exam_faults, _exam_fields),
    "retrieval": (lambda row: 1.0 - row["reciprocal_rank"] + (row["first"] is None), _retrieval_fields),
    "answers": (_answer_faults, _answer_fields),
    "check": (_check_faults, _check_fields),
    "conflicts": (_conflict_faults, _conflict_fields),
}
