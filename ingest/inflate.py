"""Bounded decompression: a bomb is stopped at the limit, not after it has filled the memory."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

STEP = 64 * 1024  # bytes of output at a time


def inflate(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The decompressed body in pieces of at most STEP bytes; the caller stops at its own limit.

    `encoding` is the Content-Encoding header: "", identity, gzip or deflate. Several layers are refused, since each
    multiplies a bomb by a thousand. Raises zlib.error for other encodings, damaged data and data that breaks off.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        yield from chunks
    elif name in ("gzip", "x-gzip", "deflate"):
        yield from _inflate(chunks, raw_allowed=name == "deflate")
    else:
        raise zlib.error(f"the host sent the encoding {name[:40]!r}, which was not asked for")


def _inflate(chunks: Iterable[bytes], *, raw_allowed: bool) -> Iterator[bytes]:
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, by its head
    begun = False
    for chunk in chunks:
        data = chunk
        while data:
            if decoder.eof:  # gzip may come as several members, one after another
                decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
            try:
                piece = decoder.decompress(data, STEP)
            except zlib.error:
                if begun or not raw_allowed:
                    raise
                decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # some hosts send deflate without its zlib head
                piece = decoder.decompress(data, STEP)
            begun = True
            yield piece  # also when empty, so that the caller can look at its clock
            data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    while begun and not decoder.eof:
        piece = decoder.decompress(decoder.unconsumed_tail, STEP)
        if not piece:
            raise zlib.error("the compressed page breaks off")
        yield piece


class OverLimit(Exception):
    """More bytes than the limit."""


def collect(pieces: Iterable[bytes], limit: int, check: Callable[[], object], *, cut: bool) -> bytes:
    """The pieces as one, at most `limit` bytes: more raise OverLimit, or are left out with `cut`.

    `check` is called after each piece and may raise: it looks at the clock.
    """
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limit:
            if cut:
                break
            raise OverLimit
        check()
    return bytes(body[:limit])
