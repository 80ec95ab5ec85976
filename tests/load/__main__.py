"""make load: 50 users with and without a pause, 10,000 questions for the memory, stalled clients. By hand.

python -m tests.load [--corpus DIR] [--handler sleep|work] [--questions 10000] [--out out]
Writes load.json and load.svg. Its figures hold for a machine of which little else is asked: the load average of the
machine before and after stands beside them.
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
from pathlib import Path
from typing import Any

from tests.load.client import Tally, crowd, stall
from tests.load.plot import plot

ROOT = Path(__file__).parents[2]
USERS = 50
PAUSE = (2.0, 5.0)


def main() -> None:
    """Runs all parts and writes what was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="an indexed corpus; without it a desk that only takes time")
    parser.add_argument("--handler", choices=("sleep", "work"), default="sleep", help="how that desk takes 25 ms")
    parser.add_argument("--questions", type=int, default=10_000, help="for the memory")
    parser.add_argument("--seconds", type=float, default=40.0, help="for each of the other parts")
    parser.add_argument("--out", type=Path, default=Path("out"))
    options = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kind = str(options.corpus.resolve()) if options.corpus else options.handler
    server = subprocess.Popen([sys.executable, "-m", "tests.load.server", kind, str(port)], cwd=ROOT)
    try:
        _await(port)
        found = {"handler": kind if not options.corpus else "corpus", "cores": len(os.sched_getaffinity(0))}
        found |= asyncio.run(_measure(port, server.pid, options.questions, options.seconds))
    finally:
        server.terminate()
        server.wait(20)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "load.json").write_text(json.dumps(found, indent=1) + "\n")
    (options.out / "load.svg").write_text(plot(found))
    for name, part in found.items():
        shown = {k: v for k, v in part.items() if k != "mb"} if isinstance(part, dict) else part
        print(f"{name}: {shown}")


async def _measure(port: int, pid: int, questions: int, seconds: float) -> dict[str, Any]:
    words = [json.loads(line)["question"] for line in (ROOT / "corpus" / "questions.jsonl").open(encoding="utf-8")]
    await crowd(port, 4, words, lambda t: len(t.seconds) >= 100)  # warm
    found: dict[str, Any] = {}

    async def part(name: str, **options: Any) -> Tally:
        until = time.monotonic() + seconds
        before = os.getloadavg()[0]
        tally = await crowd(port, USERS, words, lambda _: time.monotonic() >= until, **options)
        found[name] = _figures(tally, seconds) | {"load_average": [round(before, 1), round(os.getloadavg()[0], 1)]}
        return tally

    await part("50 users, 2 to 5 s to think", think=PAUSE)
    await part("50 users, no pause")
    held = await stall(port, 40)
    await part("50 users, 2 to 5 s to think, beside 40 stalled clients", think=PAUSE)
    for writer in held:
        writer.close()
    found["memory"] = await _memory(port, pid, words, questions)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as reply:
        lines = reply.read().decode()
    found["server_counts"] = {
        name: float(value)
        for name, value in re.findall(r"^ruledesk_(questions|errors|busy|rate_limited)_total (\S+)$", lines, re.M)
    }
    return found


async def _memory(port: int, pid: int, words: list[str], questions: int) -> dict[str, Any]:
    """Resident megabytes of the server after each twentieth of the questions."""
    done, mb, errors = 0, [_resident(pid)], 0
    while done < questions:
        tally = await crowd(port, 8, words, lambda t: len(t.seconds) >= questions / 20)
        done += len(tally.seconds)
        errors += len(tally.errors)
        mb.append(_resident(pid))
    grown = statistics.median(mb[-4:]) - statistics.median(mb[4:8])
    return {"questions": done, "errors": errors, "grown_mb_last_two_thirds": round(grown, 1), "mb": mb}


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024, 1)


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
