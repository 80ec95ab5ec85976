"""A small desk over articles in own words, with a tiny encoder instead of a model."""

from __future__ import annotations

from pathlib import Path

from bot.desk import Desk
from index.building import build_index
from ingest.pipeline import ingest
from tests.index.hashing import HashingEncoder

CARD = ("card", "天猫", "2024-03-01", "天猫收款规定", "## 一、信用卡\n1. 买家用信用卡付款,店铺不得另收任何手续费,违者每次扣6分。\n2. 分期的利息由银行向买家收取。")
INVOICE = ("invoice", "天猫", "2024-02-01", "天猫开票规定", "## 一、开发票\n1. 买家付过款并索要发票的,店铺必须开具,拒开发票的扣6分。\n2. 补寄发票的邮费由店铺承担,不补寄的按拒开处理。")
SHIP = ("ship", "天猫", "2024-01-10", "天猫发货规定", "## 一、发货时限\n1. 买家付款后72小时内没有发货的算延迟发货,赔付货款的30%,最高500元。\n2. 缺货要及时下架。")
JD = ("jd-reply", "京东", "2024-01-05", "京东回复规定", "## 一、用语\n1. 京东客服聊天时不能提到别家平台的名字。\n2. 和买家争吵的,一次扣2分。")
OLD = ("presale", "天猫", "2019-10-21", "天猫预售规定(2019年)", "## 一、预售\n1. 预售定金要在拍下后30分钟内付清,超时订单自动取消。")
ARTICLES = (CARD, INVOICE, SHIP, JD, OLD)
Row = tuple[str, str, str, str, str]


def write_pages(folder: Path, rows: tuple[Row, ...]) -> Path:
    """Writes the articles as Markdown pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, platform, published, title, body in rows:
        head = f"---\nid: {name}\ntitle: {title}\nplatforms: [{platform}]\npublished: {published}\n---\n"
        (folder / f"{name}.md").write_text(head + body + "\n", encoding="utf-8")
    return folder


def make_desk(home: Path, rows: tuple[Row, ...] = ARTICLES) -> Desk:
    """Ingests, indexes and opens."""
    corpus = home / "corpus"
    ingest([str(write_pages(home / "pages", rows))], corpus)
    encoder = HashingEncoder(dimension=64)
    build_index(corpus, encoders=[encoder])
    return Desk.open(corpus, encoders=[encoder])
