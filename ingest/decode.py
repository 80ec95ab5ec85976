"""Bytes of a page -> text, by the declared or detected encoding; binary and broken input is refused by name."""

from __future__ import annotations

import codecs
import contextlib
import re
import unicodedata

from charset_normalizer import from_bytes

from ingest.errors import SourceError

MAX_BYTES = 20_000_000
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,20})""", re.IGNORECASE)
_BINARY_SIGNATURES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04", b"\x7fELF", b"GIF8", b"\xd0\xcf\x11\xe0")
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030"}
# The encodings that browsers know, by Python's names. Of Python's others some are no encodings of pages at all:
# "undefined" raises whatever it is given, and "punycode" takes hours for a page.
_SINGLE_BYTE = frozenset(
    "ascii iso8859_1 cp866 koi8_r koi8_u mac_roman mac_cyrillic tis_620 cp874".split()
    + [f"iso8859_{n}" for n in (*range(2, 12), *range(13, 17))]
    + [f"cp{n}" for n in range(1250, 1259)]
)
_KNOWN = _SINGLE_BYTE | frozenset(
    "utf_8 utf_8_sig utf_16 utf_16_le utf_16_be gb18030 gbk gb2312 hz big5 big5hkscs cp950 euc_jp shift_jis cp932 "
    "iso2022_jp euc_kr cp949".split()
)


def decode_bytes(data: bytes, declared: str | None = None) -> str:
    """The text of `data`, line ends as \\n, without a byte-order mark.

    `declared` is the transport's charset; a byte-order mark goes before it, an HTML meta charset after it, then UTF-8,
    GB18030 and detection are tried in this order. Raises SourceError for empty, over-long, binary or undecodable data.
    """
    if not data.strip():
        raise SourceError("the source is empty; give a page with text in it")
    if len(data) > MAX_BYTES:
        raise SourceError(
            f"the source has {len(data):,} bytes; the limit is {MAX_BYTES:,}; split it into smaller files"
        )
    if data.startswith(_BINARY_SIGNATURES):
        raise SourceError("the source is a binary file, not a text page; save it as text, HTML or Markdown first")
    text = _decode(data, declared)
    control = sum(1 for c in text[:20_000] if unicodedata.category(c) == "Cc" and c not in "\n\r\t\f")
    if control > max(2, len(text[:20_000]) // 200):
        raise SourceError("the source is a binary file, not a text page; save it as text, HTML or Markdown first")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            declared = encoding
    meta = _DECLARED.search(data[:4096])
    for name in (declared, meta.group(1).decode("ascii") if meta else None, "utf-8", "gb18030"):
        known = _known(name)
        if known is None:
            continue
        if known in _SINGLE_BYTE and not data.isascii():
            # Such an encoding takes any bytes. Chinese pages say so by mistake, and hardly any other text is UTF-8.
            with contextlib.suppress(UnicodeDecodeError):
                return data.decode("utf-8")
        try:
            return data.decode(known)
        except UnicodeDecodeError:
            continue  # a wrong declaration is common; what the bytes are decides
    # A half-written UTF-8 file ends inside a character: what stands before it is still good.
    try:
        return data[: data.rindex(b"\n") + 1].decode("utf-8")
    except (ValueError, UnicodeDecodeError):
        pass
    best = from_bytes(data[:200_000]).best()
    if best is None:
        raise SourceError("the source's encoding is not known; save it as UTF-8 or GB18030")
    try:
        return data.decode(best.encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise SourceError("the source's encoding is not known; save it as UTF-8 or GB18030") from error


def _known(name: str | None) -> str | None:
    """Python's name of a declared encoding, or None where no browser knows it."""
    try:
        found = codecs.lookup(_CHINESE.get(name.lower(), name)) if name else None
    except (LookupError, ValueError):
        return None
    python_name = found.name.replace("-", "_") if found else ""
    return python_name if python_name in _KNOWN else None


_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad]")
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\f\v]+")


def clean_text(text: str) -> str:
    """Text fit to be stored: NFC, no invisible or control characters, single spaces, no spaces at line ends."""
    text = unicodedata.normalize("NFC", text)
    text = _INVISIBLE.sub("", text)
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co"))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
