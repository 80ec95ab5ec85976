"""For all tests: no network but the loopback, no hub, and where the saved real pages lie."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


class NetworkTouched(RuntimeError):
    """No OSError, so that code which handles failing networks cannot swallow it."""


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting to anything but this machine fails the test; looking a name up answers as if there were no network."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(sock: socket.socket, address: Any) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise NetworkTouched(f"a test tried to reach {address!r}")

    def guarded_connect(sock: socket.socket, address: Any) -> None:
        check(sock, address)
        connect(sock, address)

    def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
        check(sock, address)
        return connect_ex(sock, address)

    def offline_look_up(host: Any, *args: Any, **more: Any) -> Any:
        if host is not None and not _is_loopback(host):
            look_up(host, None, flags=socket.AI_NUMERICHOST)  # raises as if there were no network where it is a name
        return look_up(host, *args, **more)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", offline_look_up)


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of saved real pages: RULEDESK_PAGES, else ../shared/seeds; without them the test skips."""
    folder = Path(os.environ.get("RULEDESK_PAGES") or Path(__file__).parents[2] / "shared" / "seeds")
    if not list(folder.glob("*.txt")):
        pytest.skip(f"no saved pages in {folder}; name their folder in RULEDESK_PAGES")
    return folder
