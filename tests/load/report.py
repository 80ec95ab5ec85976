"""The figures of a load run as a page of Markdown."""

from __future__ import annotations

from typing import Any

HEADS = (
    "users", "answers a second", "p50 ms", "p95 ms", "p99 ms", "longest ms", "errors", "processor ms an answer",
    "from the cache", "load average",
)  # fmt: skip


def report(found: dict[str, Any]) -> str:
    """The page; `load.svg` stands beside it."""
    parts = [(name, part) for name, part in found.items() if isinstance(part, dict) and "p95_ms" in part]
    lines = [
        "# Load",
        "",
        f"Written by `make load ARGS='--corpus DIR --docs docs'` on {found['measured']}, {found['cores']} cores, the",
        "users beside the server on the same machine; its load average before and after stands in the last column. `no",
        "question twice` is the worst case: each answer is computed. `questions as they come`: 3,000 wordings by",
        "Zipf's law, the n-th most frequent 1/n as often as the first, none of them in the cache at the start.",
        "",
        "| " + " | ".join(HEADS) + " |",
        "|---|" + "---:|" * (len(HEADS) - 1),
    ]
    for name, part in parts:
        share = "" if part["from_cache"] is None else f"{part['from_cache']:.0%}"
        before, after = part["load_average"]
        cells = [name, part["answers_a_second"], part["p50_ms"], part["p95_ms"], part["p99_ms"], part["max_ms"]]
        cells += [part["errors"], part["cpu_ms_an_answer"], share, f"{before} to {after}"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    if "memory" in found:
        memory = found["memory"]
        lines += [
            "",
            f"Resident memory of the server: {memory['mb'][0]:.0f} MB before, {max(memory['mb']):.0f} MB at most, "
            f"{memory['mb'][-1]:.0f} MB after",
            f"{memory['questions']:,} questions, no two the same; {memory['grown_mb_last_half']:+.1f} MB over the last "
            f"half, {memory['errors']} errors.",
        ]
    return "\n".join([*lines, "", "![times of the answers, memory of the server](load.svg)", ""])
