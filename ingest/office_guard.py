"""What an office file must be before any parser sees it: whole, not protected, and no bomb."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from ingest.errors import SourceError

MAX_UNPACKED = 100_000_000  # bytes of all parts together; a handbook of 1,000 pages has a tenth of it
MAX_PARTS = 5_000
MAX_STREAMS = 100_000  # of a PDF
MAX_PICTURES = 1_000_000_000  # bytes that the pictures of a PDF unpack to
MAX_CELLS = 20_000_000  # of the rectangle that a sheet's cells span: readers take memory for all of it
_STEP = 64 * 1024
_STREAM = re.compile(rb"stream\r?\n")
_IMAGE = re.compile(rb"/Subtype\s*/Image")
_HEAD = 2_048  # bytes before a stream in which its description stands
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,7})["']""")
_OLE = b"\xd0\xcf\x11\xe0"  # a password-protected .docx or .xlsx is an OLE file, as the kinds before 2007 were


def check_archive(data: bytes, main_part: str) -> None:
    """Reads every part of a .docx or .xlsx once, within the limits. Raises SourceError that says what is wrong.

    `main_part` is what makes it that kind of file. Each part is really unpacked: sizes that a file declares may lie.
    """
    if data.startswith(_OLE):
        raise SourceError("it is protected by a password, or of a kind before 2007; save it anew without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise SourceError(f"it has {len(parts):,} parts; the limit is {MAX_PARTS:,}; split it")
            if main_part not in archive.namelist():
                raise SourceError(f"it is damaged or of another kind ({main_part} is missing); save it anew")
            total = 0
            for part in parts:
                total = _read_part(archive, part, total)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise SourceError("it is damaged or of another kind; open it in an office program and save it anew") from error


def _read_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, total: int) -> int:
    if total + part.file_size > MAX_UNPACKED:
        raise _too_large()
    is_xml = part.filename.endswith((".xml", ".rels"))
    with archive.open(part) as stream:
        head = tail = b""
        right = below = 1
        is_sheet = _SHEET.fullmatch(part.filename) is not None
        while piece := stream.read(_STEP):
            if is_sheet:
                for column, row in _CELL.findall(tail + piece):
                    right, below = max(right, _number(column)), max(below, int(row))
                if right * below > MAX_CELLS:
                    raise SourceError(
                        f"its sheet spans {right * below:,} cells; the limit is {MAX_CELLS:,}; cut it down"
                    )
                tail = piece[-40:]
            total += len(piece)
            if total > MAX_UNPACKED:
                raise _too_large()
            if is_xml and len(head) < _STEP:
                head += piece
    if is_xml and (b"<!DOCTYPE" in head or b"<!ENTITY" in head):
        raise SourceError(
            f"its part {part.filename[:60]} declares entities, which no office program writes; save it anew"
        )
    return total


def _number(column: bytes) -> int:
    """A column's number from its letters: A is 1, AA is 27."""
    number = 0
    for letter in column.upper():
        number = number * 26 + letter - 64
    return number


def check_pdf(data: bytes) -> None:
    """Unpacks every packed stream once, within the limit. Raises SourceError for what is damaged, locked or a bomb."""
    if not data.lstrip()[:1024].startswith(b"%PDF"):
        raise SourceError("it is damaged or no PDF; save it anew")
    if b"/Encrypt" in data:
        raise SourceError("it is protected; print it to a new PDF without a password")
    text = pictures = 0
    for number, match in enumerate(_STREAM.finditer(data)):
        if number > MAX_STREAMS:
            raise SourceError(f"it has over {MAX_STREAMS:,} streams, the limit; split it")
        before = data[max(0, match.start() - _HEAD) : match.start()]
        if before.endswith(b"end"):
            continue
        head = before[before.rfind(b"obj") + 1 :]
        if len(_FLATE.findall(head)) > 1:
            raise SourceError("it holds a stream that is packed twice, as bombs are; print it to a new PDF")
        if _FLATE.search(head):
            size = _inflated(data, match.end())
            if _IMAGE.search(head):  # reading text leaves pictures packed, so that only each by itself counts
                pictures += size
            else:
                text += size
        if text > MAX_UNPACKED or pictures > MAX_PICTURES:
            raise _too_large()


def _inflated(data: bytes, begin: int) -> int:
    """How many bytes the stream unpacks to; it ends by itself. Raises SourceError over the limit."""
    decoder = zlib.decompressobj()
    total, at, step = 0, begin, 1024
    piece = b""
    while not decoder.eof and (piece or at < len(data)):
        if not piece:
            piece, at, step = data[at : at + step], at + step, _STEP
        try:
            total += len(decoder.decompress(piece, _STEP))
        except zlib.error:
            return total  # the parser reads it up to here as well
        if total > MAX_UNPACKED:
            raise _too_large()
        piece = decoder.unconsumed_tail
    return total


def _too_large() -> SourceError:
    return SourceError(
        f"its parts unpack to more than {MAX_UNPACKED:,} bytes, the limit; split it or take pictures out"
    )
