"""(p): the statements of an act straight from pgbench, the most that PostgreSQL can give."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from shop import embedded
from shop.embedded import binaries
from tests.bench.shops import BenchFailed

_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


def transactions_per_second(
    data_dir: Path, script: str, *, seconds: float, clients: int = 4, **variables: str | int
) -> float:
    """Run ``script`` over and over with prepared statements; raises BenchFailed.

    ``variables`` stand in it as ``:name``.
    """
    with TemporaryDirectory(prefix="selvedge-bench-") as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script)
        return scripts_per_second(data_dir, [file], seconds=seconds, clients=clients, **variables)


def scripts_per_second(
    data_dir: Path,
    files: Sequence[Path],
    *,
    seconds: float,
    clients: int = 4,
    **variables: str | int,
) -> float:
    """The same for scripts in files, of which each transaction takes any one."""
    server = embedded.database_settings(data_dir)
    defined = [word for name, value in variables.items() for word in ("-D", f"{name}={value}")]
    done = subprocess.run(
        [
            str(binaries.postgres().path.with_name("pgbench")),
            *("--host", server["HOST"], "--port", server["PORT"], "--username", server["USER"]),
            *("--no-vacuum", "--protocol", "prepared"),
            *(word for file in files for word in ("--file", str(file))),
            *("--client", str(clients), "--time", str(max(1, round(seconds)))),
            *defined,
            server["NAME"],
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = _RATE.search(done.stdout)
    if done.returncode != 0 or found is None:
        raise BenchFailed(f"pgbench: {done.stderr[-600:]}")
    return float(found[1])
