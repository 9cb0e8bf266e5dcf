"""Subnets in CIDR notation and the addresses in them, IPv4 and IPv6.

Source: Splunk Search Reference, "search" (CIDR matching) and cidrmatch().
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Block = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=512)
def subnet(text: str) -> Block:
    """The subnet; bits beyond its prefix do not count. ValueError: the text names none."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a subnet such as 10.0.0.0/8") from error


def in_subnet(address: str, block: Block) -> bool:
    """Whether the text is an address in the subnet."""
    try:
        return ipaddress.ip_address(address) in block
    except ValueError:
        return False
