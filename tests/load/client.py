"""Users who ask over HTTP/1.1, each on a connection of their own: plain sockets: the load itself costs little."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What came back: seconds of each answer, and whatever was none."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: bytes) -> int:
    """One POST on an open connection; its status."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(int(line.split(":")[1]) for line in answer.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(length)
    return int(answer.split()[1])


async def crowd(
    port: int,
    users: int,
    questions: Iterator[str],
    stop: Callable[[Tally], bool],
    think: tuple[float, float] = (0.0, 0.0),
    path: str = "/v1/ask",
) -> Tally:
    """`users` at once, each asking what comes next and thinking, until `stop`."""
    tally = Tally()

    async def user() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            if think[1]:
                await asyncio.sleep(random.uniform(0, think[1]))  # they do not all begin in the same instant
            while not stop(tally):
                body = json.dumps({"question": next(questions)}).encode()
                begun = time.perf_counter()
                status = await ask(reader, writer, path, body)
                tally.seconds.append(time.perf_counter() - begun)
                if status != 200:
                    tally.errors.append(str(status))
                if think[1]:
                    await asyncio.sleep(random.uniform(*think))
        except (OSError, asyncio.IncompleteReadError) as error:
            tally.errors.append(repr(error))
        finally:
            writer.close()

    await asyncio.gather(*(user() for _ in range(users)))
    return tally


async def stall(port: int, connections: int) -> list[asyncio.StreamWriter]:
    """Clients that send half a request and then nothing: half of them in the head, half in the body."""
    held = []
    for number in range(connections):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b"Content-Length: 80\r\n\r\n{" if number % 2 else b""
        writer.write(b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + body)
        held.append(writer)
    return held
