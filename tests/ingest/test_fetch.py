"""Fetching, against a real server: politeness, limits, and every way into a private network that we know of."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import pytest

from ingest.addresses import is_public
from ingest.errors import SourceError
from ingest.fetch import Fetcher, SystemNetwork
from ingest.web_errors import (
    BadAddress,
    HttpStatus,
    RefusedAddress,
    RobotsForbids,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)
from tests.ingest.web_server import Site, drip, serving

PUBLIC = "93.184.216.34"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def local(**options: Any) -> Fetcher:
    return Fetcher(**{"allow_private": True, "seconds_per_host": 0, **options})


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


class Routed:
    """A network where names have the answers given here, and every public address is the local server."""

    def __init__(self, site: Site, names: dict[str, list[list[str]]]) -> None:
        self._site, self._names = site, names
        self.resolved: list[str] = []
        self.connected: list[tuple[str, int]] = []

    def resolve(self, host: str, port: int) -> list[str]:
        self.resolved.append(host)
        answers = self._names.get(host)
        if answers is None:
            return SystemNetwork().resolve(host, port)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        self.connected.append((address, port))
        return SystemNetwork().connect("127.0.0.1", self._site.port, timeout)


def test_a_page_comes_with_its_headers(site: Site) -> None:
    url = site.put(
        "/a", "页面", content_type="text/html; charset=GB18030", etag='"1"', last_modified="Mon, 01 Jan 2024"
    )
    with local() as fetcher:
        got = fetcher.get(url)
    assert (got.url, got.final_url, got.status, got.body) == (url, url, 200, "页面".encode())
    assert (got.content_type, got.charset, got.not_modified) == ("text/html", "gb18030", False)
    assert (got.etag, got.last_modified) == ('"1"', "Mon, 01 Jan 2024")
    asked = site.seen[-1].headers
    assert asked["User-Agent"].startswith("ruledesk/")
    assert asked["Host"] == f"127.0.0.1:{site.port}"


@pytest.mark.parametrize("validator", [{"etag": '"v1"'}, {"last_modified": "Mon, 01 Jan 2024 00:00:00 GMT"}])
def test_an_unchanged_page_is_not_sent_again(site: Site, validator: dict[str, str]) -> None:
    url = site.put("/a", "text", **validator)
    with local() as fetcher:
        again = fetcher.get(url, **validator)
        other = fetcher.get(url, etag='"older"')
    assert again.not_modified and again.body == b"" and again.status == 304
    assert not other.not_modified and other.body == b"text"


def test_a_validator_that_cannot_be_sent_is_left_out(site: Site) -> None:
    url = site.put("/a", "text")
    with local() as fetcher:
        assert fetcher.get(url, etag="甲\r\nX: y").body == b"text"
    assert "If-None-Match" not in site.seen[-1].headers


@pytest.mark.parametrize(("status", "gone"), [(404, True), (410, True), (403, False), (500, False), (304, False)])
def test_an_error_status_says_whether_the_page_is_gone(site: Site, status: int, gone: bool) -> None:
    url = site.put("/a", "no", status=status)
    with local() as fetcher, pytest.raises(HttpStatus) as caught:
        fetcher.get(url)
    assert (caught.value.status, caught.value.gone) == (status, gone)
    assert url in str(caught.value) and "\n" not in str(caught.value)


# --- robots and rate --------------------------------------------------------------------------------------------------


def test_robots_is_asked_once_and_kept(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private\nAllow: /private/open\n")
    site.put("/private/x", "x")
    for path in ("/a", "/b", "/private/open"):
        site.put(path, "x")
    with local() as fetcher:
        for path in ("/a", "/b", "/private/open"):
            fetcher.get(site.root + path)
        with pytest.raises(RobotsForbids, match=r"robots\.txt forbids"):
            fetcher.get(site.root + "/private/x")
    assert [seen.path for seen in site.seen].count("/robots.txt") == 1
    assert "/private/x" not in site.paths()


def test_robots_may_name_this_program(site: Site) -> None:
    site.put("/robots.txt", "User-agent: ruledesk\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    url = site.put("/a", "x")
    with local() as fetcher, pytest.raises(RobotsForbids):
        fetcher.get(url)


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (429, False), (500, False), (503, False)])
def test_a_robots_that_fails(site: Site, status: int, allowed: bool) -> None:
    site.put("/robots.txt", "oops", status=status)
    url = site.put("/a", "x")
    with local() as fetcher:
        if allowed:
            assert fetcher.get(url).body == b"x"
        else:
            with pytest.raises(RobotsForbids, match=f"could not be read.*{status}"):
                fetcher.get(url)


def test_an_unreachable_robots_refuses_the_host() -> None:
    with serving() as gone:
        root = gone.root
    with local() as fetcher, pytest.raises(RobotsForbids, match="could not be read"):
        fetcher.get(root + "/a")


def test_robots_of_a_redirect_target_counts(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /secret\n")
    site.put("/secret", "x")
    url = site.redirect("/a", "/secret")
    with local() as fetcher, pytest.raises(RobotsForbids):
        fetcher.get(url)


def test_a_huge_robots_is_read_to_its_limit(site: Site) -> None:
    site.put("/robots.txt", b"User-agent: *\nDisallow: /no\n" + b"# filler\n" * 100_000)
    site.put("/a", "x")
    with local() as fetcher:
        assert fetcher.get(site.root + "/a").body == b"x"
        with pytest.raises(RobotsForbids):
            fetcher.get(site.root + "/no")


def test_one_request_a_second_for_a_host(site: Site) -> None:
    clock = Clock()
    for path in ("/a", "/b"):
        site.put(path, "x")
    with local(seconds_per_host=1.0, clock=clock, sleep=clock.sleep) as fetcher:
        fetcher.get(site.root + "/a")  # robots.txt is a request too
        clock.now += 0.4
        fetcher.get(site.root + "/b")
        clock.now += 7
        fetcher.get(site.root + "/a")
    assert clock.slept == [1.0, 0.6]


@pytest.mark.parametrize(("asked", "kept"), [("5", 5.0), ("600", 10.0), ("0.2", 1.0), ("soon", 1.0)])
def test_crawl_delay_is_kept_up_to_ten_seconds(site: Site, asked: str, kept: float) -> None:
    clock = Clock()
    site.put("/robots.txt", f"User-agent: *\nCrawl-delay: {asked}\n")
    url = site.put("/a", "x")
    with local(seconds_per_host=1.0, clock=clock, sleep=clock.sleep) as fetcher:
        fetcher.get(url)
        fetcher.get(url)
    assert clock.slept == [kept, kept]


# --- size and time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [gzip.compress, zlib.compress, lambda d: zlib.compress(d)[2:-4], lambda d: d])
def test_compressed_pages_are_opened(site: Site, encode: Callable[[bytes], bytes]) -> None:
    text = "规则".encode() * 50_000
    data = encode(text)
    name = "gzip" if data[:2] == b"\x1f\x8b" else "identity" if data is text else "deflate"
    url = site.put("/a", data, headers={"Content-Encoding": name})
    with local() as fetcher:
        assert fetcher.get(url).body == text


def test_gzip_in_two_members(site: Site) -> None:
    url = site.put("/a", gzip.compress(b"one ") + gzip.compress(b"two"), headers={"Content-Encoding": "gzip"})
    with local() as fetcher:
        assert fetcher.get(url).body == b"one two"


def test_a_gzip_bomb_stops_at_the_limit(site: Site) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)  # 50 KB on the wire
    url = site.put("/a", bomb, headers={"Content-Encoding": "gzip"})
    began = time.monotonic()
    with local(max_bytes=1_000_000) as fetcher, pytest.raises(TooLarge, match="1,000,000 bytes"):
        fetcher.get(url)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", ["gzip, gzip", "br", "zstd", "compress"])
def test_other_and_layered_encodings_are_refused(site: Site, name: str) -> None:
    url = site.put("/a", gzip.compress(gzip.compress(b"x")), headers={"Content-Encoding": name})
    with local() as fetcher, pytest.raises(Unreachable, match="not asked for"):
        fetcher.get(url)


@pytest.mark.parametrize("cut", [1, 12, -1])
def test_a_compressed_page_that_breaks_off_is_no_page(site: Site, cut: int) -> None:
    url = site.put("/a", gzip.compress(b"x" * 1000)[:cut], headers={"Content-Encoding": "gzip"})
    with local() as fetcher, pytest.raises(Unreachable):
        fetcher.get(url)


def test_exactly_the_limit_is_read_and_one_more_is_not(site: Site) -> None:
    with local(max_bytes=1000) as fetcher:
        assert len(fetcher.get(site.put("/a", b"x" * 1000)).body) == 1000
        with pytest.raises(TooLarge):
            fetcher.get(site.put("/b", b"x" * 1001))


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"<p>x</p>"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", b"x"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_a_slow_drip_ends_at_the_deadline(site: Site, head: bytes, piece: bytes) -> None:
    site.put("/robots.txt", status=404)
    url = site.put("/a", act=drip(head, piece, 0.05))
    began = time.monotonic()
    with local(deadline=0.4) as fetcher, pytest.raises((TooSlow, Unreachable)):
        fetcher.get(url)
    assert time.monotonic() - began < 1.5


def test_a_resolver_that_hangs_ends_at_the_deadline(site: Site) -> None:
    class Hanging(Routed):
        def resolve(self, host: str, port: int) -> list[str]:
            time.sleep(0.6)
            return [PUBLIC]

    with Fetcher(network=Hanging(site, {}), deadline=0.1) as fetcher, pytest.raises(RobotsForbids, match=r"0\.1 s"):
        fetcher.get("http://slow.example/")


@pytest.mark.parametrize(
    "reply", [b"SSH-2.0-server\r\n", b"\x00\xff" * 200, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
def test_what_is_no_http_is_one_line(site: Site, reply: bytes) -> None:
    url = site.put("/a", act=lambda handler, _: handler.wfile.write(reply))
    with local() as fetcher, pytest.raises(Unreachable) as caught:
        fetcher.get(url)
    assert "\n" not in str(caught.value)


# --- redirects and addresses ------------------------------------------------------------------------------------------


def test_redirects_are_followed(site: Site) -> None:
    end = site.put("/end", "here")
    site.redirect("/b", "/end#part", 301)
    url = site.redirect("/a", "b", 307)
    with local() as fetcher:
        got = fetcher.get(url)
    assert (got.url, got.final_url, got.body) == (url, end, b"here")


def test_redirect_loops_end(site: Site) -> None:
    site.redirect("/b", "/a")
    url = site.redirect("/a", "/b")
    with local() as fetcher, pytest.raises(TooManyRedirects, match="more than 5"):
        fetcher.get(url)
    assert len(site.paths()) == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "javascript:alert(1)", "ftp://a/b", "http://u:p@a/", "http://[::1"]
)
def test_redirects_to_other_schemes_are_refused(site: Site, target: str) -> None:
    with local() as fetcher, pytest.raises(BadAddress):
        fetcher.get(site.redirect("/a", target))


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "http://127.0.0.1/x", "http://[::1]/", "http://rebound.example/"]
)
def test_a_redirect_into_a_private_network_is_refused(site: Site, target: str) -> None:
    network = Routed(site, {"site.example": [[PUBLIC]], "rebound.example": [["10.0.0.7"]]})
    site.redirect("/a", target)
    with (
        Fetcher(network=network, seconds_per_host=0) as fetcher,
        pytest.raises(RefusedAddress, match="--allow-private"),
    ):
        fetcher.get("http://site.example/a")
    assert set(network.connected) == {(PUBLIC, 80)}


def test_the_connection_goes_to_the_address_that_was_checked(site: Site) -> None:
    """A name that is public when checked and private a moment later: each request resolves once, and is held to it."""
    network = Routed(site, {"site.example": [[PUBLIC], [PUBLIC], ["127.0.0.1"]]})
    site.put("/a", "text")
    with Fetcher(network=network, seconds_per_host=0) as fetcher:
        assert fetcher.get("http://site.example/a").body == b"text"
        assert network.resolved == ["site.example"] * 2  # robots.txt and the page
        with pytest.raises(RefusedAddress, match=r"127\.0\.0\.1"):
            fetcher.get("http://site.example/a")
    assert network.connected == [(PUBLIC, 80)] * 2
    assert site.seen[-1].headers["Host"] == "site.example"


def test_one_private_answer_among_public_ones_is_enough_to_refuse(site: Site) -> None:
    network = Routed(site, {"site.example": [[PUBLIC, "192.168.1.1"]]})
    with Fetcher(network=network) as fetcher, pytest.raises(RefusedAddress, match=r"192\.168\.1\.1"):
        fetcher.get("http://site.example/")
    assert network.connected == []


def test_a_dead_address_gives_way_to_the_next(site: Site) -> None:
    class Half(Routed):
        def connect(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
            if address == "1.1.1.1":
                raise httpcore.ConnectError("refused")
            return super().connect(address, port, timeout)

    site.put("/a", "text")
    with Fetcher(network=Half(site, {"site.example": [["1.1.1.1", PUBLIC]]}), seconds_per_host=0) as fetcher:
        assert fetcher.get("http://site.example/a").body == b"text"


def test_tls_names_the_host_not_the_address(site: Site) -> None:
    names: list[str | None] = []

    class Shaken(httpcore.MockStream):
        def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Any:
            names.append(server_hostname)
            assert ssl_context.check_hostname
            return self

    class Tls(Routed):
        def connect(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
            self.connected.append((address, port))
            return Shaken([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])

    network = Tls(site, {"site.example": [[PUBLIC]]})
    with Fetcher(network=network, seconds_per_host=0) as fetcher:
        assert fetcher.get("https://site.example/").body == b"ok"
    assert names == ["site.example"] * 2
    assert set(network.connected) == {(PUBLIC, 443)}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/", "http://127.0.0.1:8080/", "http://[64:ff9b::7f00:1]/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    with Fetcher() as fetcher, pytest.raises(RefusedAddress, match="--allow-private"):
        fetcher.get(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "192.0.0.170",
        "192.88.99.1", "198.18.0.1", "224.0.1.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1",
        "::ffff:8.8.8.8", "::ffff:0:7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2001::1", "2002:7f00:1::", "fe80::1",
        "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1",
        "no address", "",
    ],
)  # fmt: skip
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2400:3200::1"]
)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "a.example",
        "http://",
        "http://u:p@a.example/",
        "http://a b/",
        "http://[::1",
        "",
    ],
)
def test_what_is_no_web_address_is_one_line(url: str) -> None:
    with Fetcher() as fetcher, pytest.raises(SourceError) as caught:
        fetcher.get(url)
    assert isinstance(caught.value, BadAddress) and "\n" not in str(caught.value) and ":p@" not in str(caught.value)


def test_a_proxy_in_the_environment_is_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with local() as fetcher:
        assert fetcher.get(site.put("/a", "x")).body == b"x"
