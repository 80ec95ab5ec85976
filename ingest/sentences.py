"""Where sentences end in Chinese pages that mix full-width and half-width punctuation."""

from __future__ import annotations

import re

# A half-width full stop ends a sentence only behind a Chinese character or a closing mark: 5.3 and TOP.1 stay whole.
_END = re.compile(
    r"(?:(?:[。！？!?；;…]+|(?<=[\u4e00-\u9fff”」》）)])\.(?![\w.]))[”’」』）)\]】]*"
    # A remark in brackets right behind a sentence speaks of that sentence; a bracketed number heads the next one.
    r"(?:[(（](?![\s\d一二三四五六七八九十]{1,3}[)）])[^()（）\n]{2,40}[)）][。；;]?)?|\n)\s*"
)

LEADS_ON = ("?", "？", ":", "：")  # what a sentence ends with that speaks of what follows it


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The sentences of text[start:end] as [start, end) offsets into `text`, white space at both ends left out.

    The spans are in order and do not overlap; every character that is no white space lies in exactly one.
    """
    stop = len(text) if end is None else end
    spans = []
    at = start
    for match in _END.finditer(text, start, stop):
        spans.append((at, match.end()))
        at = match.end()
    if at < stop:
        spans.append((at, stop))
    return [trimmed for span in spans if (trimmed := trim(text, *span))[0] < trimmed[1]]


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """[start, end) without white space at its ends; start == end where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
