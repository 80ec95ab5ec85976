"""make load: 50 users with and without a pause, 10,000 questions for the memory, stalled clients. By hand.

python -m tests.load [--corpus DIR] [--handler sleep|work] [--questions 10000] [--out out] [--docs docs]
Writes load.json and load.svg, and with --docs load.md and load.svg for the documentation. Its figures hold for a
machine of which little else is asked: the load average of the machine before and after stands beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from tests.load.asked import distinct, repeated
from tests.load.client import Tally, crowd, stall
from tests.load.plot import plot
from tests.load.report import report

ROOT = Path(__file__).parents[2]
USERS = 50
PAUSE = (2.0, 5.0)


def main() -> None:
    """Runs all parts and writes what was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="an indexed corpus; without it a desk that only takes time")
    parser.add_argument("--handler", choices=("sleep", "work"), default="sleep", help="how that desk takes 25 ms")
    parser.add_argument("--questions", type=int, default=10_000, help="for the memory; 0 leaves it out")
    parser.add_argument("--seconds", type=float, default=40.0, help="for each of the other parts")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--docs", type=Path, help="a folder for load.md and load.svg")
    options = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kind = str(options.corpus.resolve()) if options.corpus else options.handler
    server = subprocess.Popen([sys.executable, "-m", "tests.load.server", kind, str(port)], cwd=ROOT)
    try:
        _await(port)
        found = {
            "handler": kind if not options.corpus else "corpus",
            "cores": len(os.sched_getaffinity(0)),
            "measured": str(date.today()),
        }
        found |= asyncio.run(_measure(port, server.pid, options.questions, options.seconds))
    finally:
        server.terminate()
        server.wait(20)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "load.json").write_text(json.dumps(found, indent=1) + "\n")
    (options.out / "load.svg").write_text(plot(found))
    if options.docs:
        (options.docs / "load.md").write_text(report(found))
        (options.docs / "load.svg").write_text(plot(found))
    for name, part in found.items():
        shown = {k: v for k, v in part.items() if k != "mb"} if isinstance(part, dict) else part
        print(f"{name}: {shown}")


async def _measure(port: int, pid: int, questions: int, seconds: float) -> dict[str, Any]:
    words = [json.loads(line)["question"] for line in (ROOT / "corpus" / "questions.jsonl").open(encoding="utf-8")]
    new = distinct(words)
    await crowd(port, 4, new, lambda t: len(t.seconds) >= 100)  # warm
    found: dict[str, Any] = {}

    async def part(name: str, asked: Iterator[str], **options: Any) -> None:
        until = time.monotonic() + seconds
        load, kept, spent = os.getloadavg()[0], _counts(port), _processor_seconds(pid)
        tally = await crowd(port, USERS, asked, lambda _: time.monotonic() >= until, **options)
        now = _counts(port)
        found[name] = _figures(tally, seconds) | {
            "cpu_ms_an_answer": round(1000 * (_processor_seconds(pid) - spent) / len(tally.seconds), 1),
            "from_cache": _share(now, kept),
            "load_average": [round(load, 1), round(os.getloadavg()[0], 1)],
        }

    await part("50 users, 2 to 5 s to think, no question twice", new, think=PAUSE)
    await part("50 users, no pause, no question twice", new)
    await part("50 users, 2 to 5 s to think, questions as they come", repeated(words), think=PAUSE)
    await part("50 users, no pause, questions as they come", repeated(words, seed=8))
    held = await stall(port, 40)
    await part("50 users, 2 to 5 s to think, no question twice, beside 40 stalled clients", new, think=PAUSE)
    for writer in held:
        writer.close()
    if questions:
        found["memory"] = await _memory(port, pid, new, questions)
    found["server_counts"] = _counts(port)
    return found


def _counts(port: int) -> dict[str, float]:
    """What the server has counted so far."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as reply:
        lines = reply.read().decode()
    pattern = r"^ruledesk_(questions|errors|busy|rate_limited|cache_hits|cache_misses)_total (\S+)$"
    return {name: float(value) for name, value in re.findall(pattern, lines, re.M)}


def _share(now: dict[str, float], before: dict[str, float]) -> float | None:
    """The share of questions that came out of the answer cache; None on a desk without one."""
    if "cache_hits" not in now:
        return None
    hits, misses = (now[k] - before[k] for k in ("cache_hits", "cache_misses"))
    return round(hits / (hits + misses), 3) if hits + misses else None


async def _memory(port: int, pid: int, asked: Iterator[str], questions: int) -> dict[str, Any]:
    """Resident megabytes of the server after each twentieth of the questions."""
    done, mb, errors, step = 0, [_resident(pid)], 0, questions / 20
    while done < questions:
        tally = await crowd(port, 8, asked, lambda t: len(t.seconds) >= step)
        done += len(tally.seconds)
        errors += len(tally.errors)
        mb.append(_resident(pid))
    grown = statistics.median(mb[-3:]) - statistics.median(mb[9:12])
    return {"questions": done, "errors": errors, "grown_mb_last_half": round(grown, 1), "mb": mb}


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024, 1)


def _processor_seconds(pid: int) -> float:
    """What the server has used of the processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _figures(tally: Tally, seconds: float) -> dict[str, Any]:
    cuts = statistics.quantiles(tally.seconds, n=100)
    return {
        "answers": len(tally.seconds),
        "answers_a_second": round(len(tally.seconds) / seconds, 1),
        "errors": len(tally.errors),
        "p50_ms": round(cuts[49] * 1000),
        "p95_ms": round(cuts[94] * 1000),
        "p99_ms": round(cuts[98] * 1000),
        "max_ms": round(max(tally.seconds) * 1000),
    }


def _await(port: int) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main()
