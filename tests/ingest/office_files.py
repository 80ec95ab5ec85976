"""Real .docx, .pdf and .xlsx files in own words, made by the usual libraries."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence
from typing import Any

GIFT_LINES = (
    "赠品补发规定",
    "发布时间:2024-05-06",
    "一、适用范围",
    "1. 天猫店铺漏发赠品的,应在3天内补发;",
    "2. 买家说明不要赠品的,客服记下来就可以,不算漏发,以后也不必再问买家为何不要",
    "这份赠品。",
)
POINTS: Sequence[Sequence[Any]] = (
    ("天猫客服扣分表",),
    ("发布日期", datetime.date(2024, 3, 9)),
    (),
    ("违规", "扣分", "赔付", "说明"),
    ("迟发", 3, 0.3, "以揽收时间为准"),
    ("拒开发票", 6, None, "买家索要时"),
)


def word(lines: Sequence[str] = GIFT_LINES, *, table: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word file: the third line is a heading, the table stands at the end."""
    from docx import Document

    document = Document()
    for at, line in enumerate(lines):
        if at == 2:
            document.add_heading(line, 1)
        else:
            document.add_paragraph(line)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for r, row in enumerate(table):
            for c, cell in enumerate(row):
                made.cell(r, c).text = cell
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(lines: Sequence[str] = GIFT_LINES, password: str | None = None) -> bytes:
    """A PDF with one line below the other and a page number."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=password, pageCompression=1)
    canvas.setFont("STSong-Light", 11)
    for at, line in enumerate(lines):
        canvas.drawString(60, 780 - 20 * at, line)
    canvas.drawString(290, 30, "- 1 -")
    canvas.save()
    return out.getvalue()


def sheets(tables: dict[str, Sequence[Sequence[Any]]], merge: str | None = None, hidden: str | None = None) -> bytes:
    """An Excel file; fractions below 1 stand in percent cells, `merge` is a range like A2:A3 of the first sheet."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        percent, day = book.add_format({"num_format": "0%"}), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, (name, rows) in enumerate(tables.items()):
            sheet = book.add_worksheet(name)
            if name == hidden:
                sheet.hide()
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if isinstance(value, datetime.date):
                        sheet.write_datetime(r, c, value, day)
                    elif value is not None:
                        sheet.write(r, c, value, percent if isinstance(value, float) and value < 1 else None)
            if merge and number == 0:
                top = int(merge.split(":")[0][1:]) - 1
                sheet.merge_range(merge, rows[top][0])
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The archive with parts put in or replaced."""
    out = io.BytesIO()
    names = {name.replace("__", "/"): content for name, content in parts.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in names:
                new.writestr(part, old.read(part))
        for name, content in names.items():
            new.writestr(name, content)
    return out.getvalue()
