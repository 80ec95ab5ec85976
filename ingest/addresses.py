"""Which network addresses a page may be fetched from. Rules only: the network itself is touched in ingest.fetch."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from ingest.web_errors import RefusedAddress

# Python's is_global follows the registries of its release; these are refused whatever it says, because each leads to,
# or wraps, an address that is not public.
_REFUSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "::ffff:0:0/96",  # IPv4-mapped
        "64:ff9b::/96", "64:ff9b:1::/48",  # NAT64: an IPv4 address inside
        "2001::/23", "2002::/16",  # Teredo and its neighbours, 6to4: the same
        "2001:db8::/32", "3fff::/20", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
# All of global IPv6 unicast that has ever been handed out. Old and special forms (::7f00:1, fec0::/10) are outside it.
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Whether an IP address, as a resolver prints it, is one of the public internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # fe80::1%eth0 too is no public address
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    if ip.version == 6 and ip not in _GLOBAL_V6:
        return False
    return not any(ip in net for net in _REFUSED if net.version == ip.version)


def require_public(host: str, addresses: Iterable[str]) -> None:
    """Raises RefusedAddress unless every address of the host is public: one bad answer taints the name."""
    for address in addresses:
        if not is_public(address):
            raise RefusedAddress(
                f"{host} leads to {address}, a private or special network; give --allow-private to read it all the same"
            )
