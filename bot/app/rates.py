"""How often somebody may ask, and how often a password may be tried; counted in memory by the library `limits`."""

from __future__ import annotations

import ipaddress
import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ingest.errors import RuledeskError

USER_A_MINUTE = 600  # requests of one user; somebody who types fast with the check as you type makes some 120
ADDRESSES = 5  # an office shares one address: it gets as many requests as so many users
TRIES, TRY_MINUTES = 5, 15
ADDRESS_TRIES = 50


class TooMany(RuledeskError):
    """Somebody asks or tries too often; `wait` is the seconds until the next one counts."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class Rates:
    """Requests a minute by user and by address. The machine's own address is not counted: its load is its owner's."""

    def __init__(self, user_a_minute: int = USER_A_MINUTE) -> None:
        """0 switches the limits off."""
        self._on = user_a_minute > 0
        self._user = RateLimitItemPerMinute(max(user_a_minute, 1))
        self._address = RateLimitItemPerMinute(max(user_a_minute, 1) * ADDRESSES)
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def admit(self, user: str | None, address: str) -> None:
        """Counts one request. Raises TooMany."""
        if not self._on:
            return
        keys: list[tuple[RateLimitItem, str, str]] = []
        if user is not None:
            keys.append((self._user, "user", user))
        if not is_loopback(address):
            # Somebody without a login is known by the address alone, and shares it with the office all the same.
            keys.append((self._address, "address", network_of(address)))
        for item, kind, who in keys:
            if not self._window.hit(item, kind, who):
                wait = _seconds(self._window, item, kind, who)
                raise TooMany(
                    f"提问太频繁，请 {wait} 秒后再试 (over {item.amount} requests a minute; try again in {wait} s)",
                    wait,
                )


class Lockout:
    """Wrong passwords: after TRIES for one name from one address, or ADDRESS_TRIES from one address, a pause."""

    def __init__(self, tries: int = TRIES, minutes: int = TRY_MINUTES, address_tries: int = ADDRESS_TRIES) -> None:
        self._name = RateLimitItemPerMinute(tries, minutes)
        self._address = RateLimitItemPerMinute(address_tries, minutes)
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def begin(self, name: str, address: str) -> None:
        """Counts a try before its password is looked at. Raises TooMany where the pause is on."""
        place = network_of(address)
        for item, keys in ((self._address, (place,)), (self._name, (name[:100], place))):
            if not self._window.hit(item, *keys):
                wait = _seconds(self._window, item, *keys)
                minutes = math.ceil(wait / 60)
                raise TooMany(
                    f"密码输错太多次，请 {minutes} 分钟后再试 (too many wrong passwords; try again in {minutes} min)",
                    wait,
                )

    def passed(self, name: str, address: str) -> None:
        """The password was right: the wrong tries of this name from this address are forgotten."""
        self._window.clear(self._name, name[:100], network_of(address))


def is_loopback(address: str) -> bool:
    """Whether a request came from this very machine."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def network_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one IPv6 customer has all of."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False).network_address)


def _seconds(window: MovingWindowRateLimiter, item: RateLimitItem, *keys: str) -> int:
    return max(1, math.ceil(window.get_window_stats(item, *keys).reset_time - time.time()))
