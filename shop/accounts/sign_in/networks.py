"""Whose network a request comes from."""

import ipaddress


def network_of(ip: str | None) -> str:
    """What counts as one source: an IPv4 address, or the /64 that one IPv6 customer has."""
    if not ip:
        return "local"
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)
