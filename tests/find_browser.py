"""Finds the Chromium that browser tests drive; ``--install`` gets Debian's when there is none."""

import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
#: A browser that cannot say its version in this time cannot be driven either, in seconds.
VERSION_SECONDS = 30
#: Another installation on the machine is waited for, in seconds.
PATIENTLY = ("--option", "DPkg::Lock::Timeout=300")
MISSING = (
    "The browser tests need Chromium or Google Chrome and found neither: install one "
    "(on Debian: apt-get install chromium) or set CHROMIUM_PATH to its executable."
)


@lru_cache(maxsize=1)
def find_browser() -> str | None:
    """Path of a Chromium or Chrome that runs, or None. CHROMIUM_PATH goes before all others."""
    if chosen := os.environ.get("CHROMIUM_PATH"):
        return chosen if runs(chosen) else None
    candidates = [shutil.which(name) for name in NAMES]
    candidates += [path for path in APPLICATIONS if Path(path).is_file()]
    return next((path for path in candidates if path and runs(path)), None)


def runs(path: str) -> bool:
    """Whether the browser says its version; a placeholder for a package that is away does not."""
    try:
        answer = subprocess.run(
            [path, "--version"],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=VERSION_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def can_install() -> bool:
    """Whether this is root on Debian or a system like it, and no browser was chosen by hand."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return is_root and shutil.which("apt-get") is not None and "CHROMIUM_PATH" not in os.environ


def install() -> None:
    """Install Debian's chromium. Raises CalledProcessError when apt-get cannot."""
    print("Installing chromium for the browser tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(
            ["apt-get", "--quiet", "--quiet", *PATIENTLY, *words],
            check=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    find_browser.cache_clear()


def main() -> None:
    if find_browser() is None and "--install" in sys.argv[1:] and can_install():
        try:
            install()
        except subprocess.CalledProcessError as error:
            print(f"apt-get ended with status {error.returncode}.", file=sys.stderr)
    if (browser := find_browser()) is None:
        sys.exit(MISSING)
    print(f"Browser tests use {browser}.")


if __name__ == "__main__":
    main()
