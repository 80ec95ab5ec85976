"""Plots as inline SVG; colours come from the page's style sheet, so that light, dark and print need no second plot."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 520
_LABELS = 150


@dataclass(frozen=True, slots=True)
class Bar:
    """A value of 0..1 with its interval, and the number of items behind it."""

    label: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Stack:
    """Counts that make up a whole: right, wrong, left open."""

    label: str
    right: int
    wrong: int
    silent: int


@dataclass(frozen=True, slots=True)
class Line:
    """Values of 0..1 over the same positions, each with its interval."""

    label: str
    values: Sequence[tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Bin:
    """Items of like confidence: their mean confidence, and how many of them were right, with the interval."""

    confidence: float
    value: float
    low: float
    high: float
    n: int


def bars(rows: Sequence[Bar], title: str) -> str:
    """Horizontal bars with whiskers."""
    step, top = 30, 8
    height = top + step * len(rows) + 26
    span = WIDTH - _LABELS - 62
    parts = [_grid_x(_LABELS, span, top, height - 24)]
    for i, row in enumerate(rows):
        y = top + i * step
        x = _LABELS + span * row.value
        low, high = _LABELS + span * row.low, _LABELS + span * row.high
        middle = y + step / 2
        parts += [
            _text(_LABELS - 10, middle - 1, row.label, "end"),
            _text(_LABELS - 10, middle + 11, f"n = {row.n}", "end", "small muted"),
            _rect("bar", _LABELS, y + 6, max(span * row.value, 1), step - 12),
            _whisker(low, high, middle),
            _text(min(max(high, x) + 8, WIDTH - 44), middle + 4, f"{row.value:.1%}", "start", "value"),
        ]
    return _svg(height, parts, title)


def stacks(rows: Sequence[Stack], title: str) -> str:
    """One bar of right, wrong and open answers for each system."""
    step, top = 34, 26
    height = top + step * len(rows) + 6
    span = WIDTH - _LABELS - 12
    parts: list[str] = []
    x: float
    for i, (name, cls) in enumerate((("right", "right"), ("wrong", "wrong"), ("left open", "silent"))):
        x = _LABELS + i * 90
        parts += [_rect(cls, x, 4, 11, 11), _text(x + 17, 14, name, "start")]
    for i, row in enumerate(rows):
        y = top + i * step
        total = max(row.right + row.wrong + row.silent, 1)
        parts.append(_text(_LABELS - 10, y + step / 2 + 4, row.label, "end"))
        x = _LABELS
        for count, cls in ((row.right, "right"), (row.wrong, "wrong"), (row.silent, "silent")):
            wide = span * count / total
            parts.append(_rect(cls, x, y + 6, wide, step - 12))
            if wide >= 20:
                parts.append(_text(x + wide / 2, y + step / 2 + 4, str(count), "middle", f"on-{cls}"))
            x += wide
    return _svg(height, parts, title)


def lines(positions: Sequence[str], series: Sequence[Line], title: str, axis: str) -> str:
    """Lines with bands over labelled positions; the scale of values starts where the lowest interval does."""
    left, top, bottom, height = 46, 14, 214, 262
    floor = min((low for line in series for _, low, _ in line.values), default=0.0)
    floor = max(0.0, math.floor(floor * 10) / 10)
    span = WIDTH - left - 110
    xs = [left + 20 + (span - 20) * i / max(len(positions) - 1, 1) for i in range(len(positions))]

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - floor) / (1 - floor if floor < 1 else 1)

    parts = []
    for i in range(6):
        value = floor + (1 - floor) * i / 5
        parts.append(f'<line class="grid" x1="{left}" x2="{left + span}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(_text(left - 8, y(value) + 4, f"{value:.0%}", "end", "small muted"))
    parts += [_text(x, bottom + 18, label, "middle", "small") for x, label in zip(xs, positions, strict=True)]
    parts.append(_text(left + span / 2, height - 8, axis, "middle", "small muted"))
    ends = _spread([y(line.values[-1][0]) for line in series], 14)
    for i, line in enumerate(series):
        above = [f"{x:.1f},{y(high):.1f}" for x, (_, _, high) in zip(xs, line.values, strict=True)]
        below = [f"{x:.1f},{y(low):.1f}" for x, (_, low, _) in zip(xs, line.values, strict=True)]
        path = " ".join(f"{x:.1f},{y(v):.1f}" for x, (v, _, _) in zip(xs, line.values, strict=True))
        parts.append(f'<polygon class="band s{i}" points="{" ".join([*above, *reversed(below)])}"/>')
        parts.append(f'<polyline class="line s{i}" points="{path}"/>')
        parts += [_dot(i, x, y(value), 3.5) for x, (value, _, _) in zip(xs, line.values, strict=True)]
        name = f"{line.label} {line.values[-1][0]:.1%}"
        parts.append(_text(left + span + 10, ends[i] + 4, name, "start", f"small t{i}"))
    return _svg(height, parts, title)


def reliability(bins: Sequence[Bin], title: str) -> str:
    """How often answers of a stated confidence are right; on the diagonal the statement is true."""
    left, top, side = 50, 16, 230
    height = top + side + 44
    parts = [f'<rect class="frame" x="{left}" y="{top}" width="{side}" height="{side}"/>']
    for i in range(0, 11, 2):
        at = side * i / 10
        parts.append(f'<line class="grid" x1="{left}" x2="{left + side}" y1="{top + at}" y2="{top + at}"/>')
        parts.append(_text(left - 8, top + side - at + 4, f"{i / 10:.0%}", "end", "small muted"))
        parts.append(_text(left + at, top + side + 16, f"{i / 10:.0%}", "middle", "small muted"))
    parts.append(f'<line class="diagonal" x1="{left}" y1="{top + side}" x2="{left + side}" y2="{top}"/>')
    most = max((b.n for b in bins), default=1)
    for b in bins:
        x = left + side * b.confidence
        low, high = top + side * (1 - b.low), top + side * (1 - b.high)
        parts.append(f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{high:.1f}" y2="{low:.1f}"/>')
        parts.append(_dot(0, x, top + side * (1 - b.value), 3.5 + 6 * math.sqrt(b.n / most)))
    parts.append(_text(left + side / 2, height - 6, "stated confidence", "middle", "small muted"))
    x = left + side + 24
    parts.append(_text(x, top + 14, "right, of those answered", "start", "small muted"))
    for i, b in enumerate(bins):
        parts.append(_text(x, top + 38 + 19 * i, f"{b.confidence:.2f}: {b.value:.0%} of {b.n}", "start", "small"))
    return _svg(height, parts, title)


def histogram(values: Sequence[float], title: str, unit: str = "ms", bins: int = 24) -> str:
    """How many items took how long, with the median and the 95th percentile marked; the slowest percent share a bin."""
    left, top, bottom, height = 40, 26, 190, 232
    ordered = sorted(values)
    median, p95, p99 = (ordered[min(len(ordered) - 1, int(q * len(ordered)))] for q in (0.5, 0.95, 0.99))
    most = _round_up(max(p99 * 1.05, 1e-3))
    counts = [0] * bins
    for value in ordered:
        counts[min(bins - 1, int(bins * value / most))] += 1
    span = WIDTH - left - 14
    peak = max(counts)
    parts = [f'<line class="axis" x1="{left}" x2="{left + span}" y1="{bottom}" y2="{bottom}"/>']
    for i, count in enumerate(counts):
        tall = (bottom - top) * count / peak
        parts.append(_rect("bar", left + span * i / bins + 1, bottom - tall, span / bins - 2, tall))
    for i in range(5):
        plus = "+" if i == 4 and ordered[-1] > most else ""
        parts.append(_text(left + span * i / 4, bottom + 17, f"{most * i / 4:g}{plus}", "middle", "small muted"))
    for value, name, anchor in ((median, "median", "end"), (p95, "95 %", "start")):
        x = left + span * min(value / most, 1)
        parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 8}" y2="{bottom}"/>')
        told = f"{name} {value:.0f}" if value >= 100 else f"{name} {value:.3g}"
        parts.append(_text(x + (-6 if anchor == "end" else 6), top - 2, told, anchor, "small"))
    parts.append(_text(left + span / 2, height - 4, f"{unit} an item, {len(ordered)} items", "middle", "small muted"))
    parts.append(_text(left - 6, top + 8, str(peak), "end", "small muted"))
    return _svg(height, parts, title)


def _grid_x(left: float, span: float, top: float, bottom: float) -> str:
    parts = []
    for i in range(0, 11, 2):
        x = left + span * i / 10
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>')
        parts.append(_text(x, bottom + 16, f"{i / 10:.0%}", "middle", "small muted"))
    return "".join(parts)


def _whisker(low: float, high: float, y: float) -> str:
    ends = "".join(f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 4}" y2="{y + 4}"/>' for x in (low, high))
    return f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>{ends}'


def _spread(at: Sequence[float], gap: float) -> list[float]:
    """The same heights, moved apart so that labels do not cover each other."""
    placed = list(at)
    order = sorted(range(len(at)), key=lambda i: at[i])
    for one, other in itertools.pairwise(order):
        placed[other] = max(placed[other], placed[one] + gap)
    return placed


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value)


def _text(x: float, y: float, words: str, anchor: str = "start", cls: str = "") -> str:
    named = f' class="{cls}"' if cls else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(words)}</text>'


def _rect(cls: str, x: float, y: float, wide: float, tall: float) -> str:
    return f'<rect class="{cls}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="2"/>'


def _dot(series: int, x: float, y: float, radius: float) -> str:
    return f'<circle class="dot s{series}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'


def _svg(height: float, parts: Sequence[str], title: str) -> str:
    name = escape(title)
    head = f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{name}"><title>{name}</title>'
    return head + "".join(parts) + "</svg>"
