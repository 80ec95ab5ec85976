"""Addresses of pages as strings: one spelling for each page, and which pages belong to one site. No network here."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from tld import get_fld

MAX_URL = 2_000  # characters; longer ones are trackers or traps

# A link to one of these is never a page of text, so it is not worth a request.
_NOT_PAGES = (
    ".7z", ".apk", ".avi", ".bmp", ".css", ".csv", ".doc", ".docx", ".exe", ".gif", ".gz", ".ico", ".jpeg", ".jpg",
    ".js", ".json", ".mov", ".mp3", ".mp4", ".pdf", ".png", ".ppt", ".pptx", ".rar", ".rss", ".svg", ".tar", ".webp",
    ".woff", ".woff2", ".xls", ".xlsx", ".xml", ".zip",
)  # fmt: skip
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "/%:@!$&'()*+,;=~-._"


def normalise_url(url: str, base: str | None = None) -> str | None:
    """The one spelling of a page's http(s) address: absolute, no fragment, no default port, host in lower-case ASCII.

    None for anything that is not a plain page address: other schemes (javascript:, mailto:, data:), no host, a user
    name in it, or more than MAX_URL characters.
    """
    if len(url) > MAX_URL:
        return None
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
        host = host if ":" in host else host.encode("idna").decode("ascii").lower()
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    try:
        path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=_SAFE + "?")
    except UnicodeError:  # half a surrogate pair
        return None
    return urlunsplit((parts.scheme, netloc, path, query, ""))


@lru_cache(maxsize=4096)
def site_of(url: str) -> str:
    """What two pages of one site share: the registrable name, or host and port where there is none (an IP address)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        name = get_fld(f"http://{host}/", fail_silently=True, search_private=True)
        if name:
            return str(name)
    return f"{host}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)}"


def same_site(one: str, other: str) -> bool:
    """Whether two normalised addresses belong to one registrable host."""
    return site_of(one) == site_of(other)


def host_is(url: str | None, names: tuple[str, ...]) -> bool:
    """Whether the address is on one of these hosts or below it ("cftyj.cn" covers www.cftyj.cn)."""
    host = (urlsplit(url).hostname or "") if url else ""
    return any(host == name or host.endswith(f".{name}") for name in names)


def may_be_page(url: str) -> bool:
    """False for links to images, archives, office files and the like."""
    return not urlsplit(url).path.lower().endswith(_NOT_PAGES)
