"""Hypothesis on everything that reads strangers' bytes. RULEDESK_LONG=1 tries 20,000 inputs for each place."""

from __future__ import annotations

import gzip
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.decode import decode_bytes
from ingest.errors import SourceError
from ingest.frontmatter import parse_markdown
from tests.crash.scene import LONG
from tests.fuzz.targets import SEEDS, TARGETS, compressed, question, small_desk

SLOW = {"question": 0.2, "any_file": 0.5, "html": 0.5}
EXAMPLES = 20_000 if LONG else 60

PIECES = st.sampled_from(
    [
        "---\n", "title: ", "platforms: [", "]\n", "published: 2024-02-30\n", "- &a [*a]\n", "# ", "1.", "(A)", "( √ )",
        "A.", "B、", "<div>", "</p>", "<!--", "<h2>", "<a href=//x>", "&#x202e;", "<base href=javascript:x>", "天猫",
        "扣6分", "不得", "可以吗?", "3天内", "百分之三十", "加微信", "{", "}", '"id":', "[", ",", "null", "1e999",
        "\\ud800", "\x00",
        "\u202e", "\u200b", "\ufeff", "ﬁ", "İ", "ẞ", "😀", "①", "٣", "\r\n", "\t", "\f", " ", "http://", "[::1]", "%00",
        "../", ":", "$argon2id$", "Disallow: ", "User-agent: *\n", "gen-", "undefined\n", "punycode\n", "utf-16\n",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))


@st.composite
def inputs(draw: st.DrawFn) -> bytes:
    """Text, bytes, both, and known good input with a piece changed."""
    kind = draw(st.sampled_from(["text", "bytes", "seed"]))
    if kind == "text":
        return draw(TEXTS).encode("utf-8", "surrogatepass")
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    seed = draw(st.sampled_from(SEEDS))
    at = draw(st.integers(0, len(seed)))
    return seed[:at] + draw(TEXTS).encode("utf-8", "surrogatepass") + seed[at + draw(st.integers(0, 9)) :]


@pytest.mark.parametrize("name", TARGETS)
def test_any_input_is_read_or_refused_in_one_line(name: str) -> None:
    @settings(max_examples=max(10, int(EXAMPLES * SLOW.get(name, 1.0))))
    @given(inputs())
    @example(b"")
    @example(b"undefined\n<html>rules")
    @example(b"\xed\xa0\x80")
    def run(data: bytes) -> None:
        TARGETS[name](data)

    for seed in SEEDS:
        TARGETS[name](seed)
    run()


@pytest.mark.parametrize(
    "charset",
    ["undefined", "punycode", "idna", "unicode_escape", "zlib_codec", "rot13", "utf-7", "\ud800", "a\0b", "x" * 500],
)
def test_an_encoding_that_is_none_does_no_harm(charset: str) -> None:
    """Python's own codecs hold some that raise whatever they are given, and one that takes hours for a page."""
    page = "<p>规则写在这里。</p>" * 5_000
    assert decode_bytes(page.encode(), charset) == page
    ascii_page = "a-" + "zz" * 200_000
    assert decode_bytes(ascii_page.encode(), charset) == ascii_page


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "ascii", "koi8-r"])
def test_a_chinese_page_that_names_a_western_encoding_is_read_all_the_same(charset: str) -> None:
    page = "<p>规则写在这里。</p>"
    assert decode_bytes(page.encode(), charset) == page
    assert decode_bytes("Rückgabe in 7 Tagen".encode("latin-1"), "iso-8859-1") == "Rückgabe in 7 Tagen"


def test_front_matter_cannot_grow_from_its_own_aliases() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(9)
    )
    with pytest.raises(SourceError) as caught:
        parse_markdown(f"---\n{bomb}title: *j\nplatforms: []\npublished:\n---\n正文。", "x.md")
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200b", "\u0000", "\u001b[31m", "\ufeff"])
def test_marks_that_nobody_sees_change_no_answer(mark: str) -> None:
    """A question with invisible, turning or control characters is the question without them."""
    desk = small_desk()
    plain = desk.ask("刷信用卡可以另收手续费吗")
    marked = desk.ask(
        mark.join("刷信用卡可以另收手续费吗") if mark != "\u001b[31m" else "\u001b" + "刷信用卡可以另收手续费吗"
    )
    assert (marked.verdict, [c.quote for c in marked.citations]) == (plain.verdict, [c.quote for c in plain.citations])
    assert "\u202e" not in marked.question and "\u001b" not in marked.question


def test_a_bomb_in_every_wrapping_stops_at_the_limit() -> None:
    bomb = gzip.compress(bytes(50_000_000), 1)
    compressed(b"\0" + bomb)
    compressed(b"\0" + bomb[: len(bomb) // 2])
    compressed(b"\0" + bomb + bomb)
    question(random.Random(1).randbytes(3_000))
