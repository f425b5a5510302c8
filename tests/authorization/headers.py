"""What every answer of the shop carries, whatever it is about."""

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Directives that every policy has, also those of pages that take money.
DIRECTIVES = {
    "default-src": {"'self'"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}
_LOOSE = ("'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:")
_CODE = ("default-src", "script-src", "style-src", "object-src", "base-uri")


def faults(response) -> list[str]:
    """What is missing or too loose."""
    found = [
        f"{name}: {response.get(name)}"
        for name, value in FIXED.items()
        if response.get(name) != value
    ]
    kind = response.get("Content-Type", "")
    if kind.startswith("text/") and "charset=" not in kind:
        found.append(f"Content-Type: {kind}")
    if "camera=()" not in response.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    policy = policy_of(response)
    found += [
        f"CSP {name}"
        for name, value in DIRECTIVES.items()
        if policy.get(name) not in (value, {"'none'"})
    ]
    found += [
        f"CSP {name}: {source}"
        for name in _CODE
        for source in policy.get(name, set())
        if source in _LOOSE or (source == "data:" and name != "img-src")
    ]
    return found


def policy_of(response) -> dict[str, set[str]]:
    """The sources of each directive."""
    parts = response.get("Content-Security-Policy", "").split(";")
    words = [part.split() for part in parts if part.strip()]
    return {name: set(sources) for name, *sources in words}


def is_private(response) -> bool:
    """Whether no cache on the way may keep it."""
    return {"private", "no-store"} <= set(response.get("Cache-Control", "").split(", "))
