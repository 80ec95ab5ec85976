"""The figures of a load run as one SVG: times as bars, the server's memory as a line."""

from __future__ import annotations

from html import escape
from typing import Any

WIDE, LEFT, ROW, CHART = 900, 450, 40, 150
INK, LINE, LIGHT, DARK = "#1f2937", "#d5dbe3", "#93b4f5", "#1d4ed8"


def plot(found: dict[str, Any]) -> str:
    """The whole picture."""
    parts = [(name, part) for name, part in found.items() if isinstance(part, dict) and "p95_ms" in part]
    rows = [_text(10, 22, f"{found['cores']} cores, {found['measured']}")]
    most = max(part["p95_ms"] for _, part in parts)
    for number, (name, part) in enumerate(parts):
        y = 40 + number * ROW
        rows.append(_text(10, y + 18, name))
        for shift, key, colour in ((0, "p50_ms", LIGHT), (14, "p95_ms", DARK)):
            wide = part[key] / most * (WIDE - LEFT - 90)
            rows.append(f'<rect x="{LEFT}" y="{y + shift}" width="{wide:.1f}" height="12" fill="{colour}"/>')
            rows.append(_text(LEFT + wide + 6, y + shift + 11, f"{key[:3]} {part[key]} ms"))
    bottom = 40 + len(parts) * ROW
    if "memory" in found:
        rows += _memory(found["memory"], bottom + 30)
        bottom += 30 + CHART + 40
    box = f'viewBox="0 0 {WIDE} {bottom}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="12">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *rows, "</svg>", ""])


def _memory(memory: dict[str, Any], top: int) -> list[str]:
    """Megabytes from 0 over the number of questions: a line that would grow by a tenth must be seen to."""
    values, each = memory["mb"], memory["questions"] / (len(memory["mb"]) - 1)
    high = 100 * (max(values) // 100 + 1)
    left, right, bottom = 70, WIDE - 30, top + CHART
    rows = [_text(10, top - 8, f"resident memory of the server, MB, over {memory['questions']:,} questions")]
    for mark in range(0, int(high) + 1, max(100, int(high) // 500 * 100)):
        y = bottom - mark / high * CHART
        rows.append(f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}"/>')
        rows.append(_text(left - 8, y + 4, f"{mark:,}", "end"))
    xs = [left + (right - left) * i / (len(values) - 1) for i in range(len(values))]
    rows += [_text(x, bottom + 18, f"{round(i * each):,}", "middle") for i, x in enumerate(xs) if i % 4 == 0]
    points = " ".join(f"{x:.1f},{bottom - mb / high * CHART:.1f}" for x, mb in zip(xs, values, strict=True))
    return [*rows, f'<polyline points="{points}" fill="none" stroke="{DARK}" stroke-width="2"/>']


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'
