"""The figures of a load run as one SVG: times as bars, the server's memory as a line."""

from __future__ import annotations

from html import escape
from typing import Any

WIDE, TALL, LEFT = 760, 190, 330


def plot(found: dict[str, Any]) -> str:
    """The whole picture."""
    parts = [(name, part) for name, part in found.items() if isinstance(part, dict) and "p95_ms" in part]
    most = max([1000.0, *(part["p95_ms"] for _, part in parts)])
    rows = []
    for number, (name, part) in enumerate(parts):
        y = 40 + number * 44
        rows.append(f'<text x="10" y="{y + 12}">{escape(name)}</text>')
        for shift, key, colour in ((0, "p50_ms", "#93b4f5"), (14, "p95_ms", "#1d4ed8")):
            wide = part[key] / most * (WIDE - LEFT - 90)
            rows.append(f'<rect x="{LEFT}" y="{y + shift}" width="{wide:.1f}" height="12" fill="{colour}"/>')
            rows.append(f'<text x="{LEFT + wide + 6:.1f}" y="{y + shift + 11}">{key[:3]} {part[key]} ms</text>')
    memory, top = found["memory"], 60 + len(parts) * 44
    low, high = min(memory["mb"]), max(memory["mb"])
    span = max(high - low, 0.1 * high)
    step = (WIDE - 120) / (len(memory["mb"]) - 1)
    points = " ".join(
        f"{70 + i * step:.1f},{top + 120 - (mb - low) / span * 90:.1f}" for i, mb in enumerate(memory["mb"])
    )
    rows += [
        f'<text x="10" y="{top + 10}">resident memory over {memory["questions"]:,} questions</text>',
        f'<polyline points="{points}" fill="none" stroke="#1d4ed8" stroke-width="2"/>',
        f'<text x="10" y="{top + 124}">{low:.0f} MB</text><text x="10" y="{top + 30}">{low + span:.0f} MB</text>',
    ]
    box = f"0 0 {WIDE} {top + TALL - 40}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="sans-serif" font-size="12">'
    title = f"{found['cores']} cores, handler: {found['handler']}"
    back = f'<rect width="100%" height="100%" fill="#fff"/><text x="10" y="22">{escape(title)}</text>'
    return f"{head}{back}{''.join(rows)}</svg>\n"
