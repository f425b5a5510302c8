"""What processes cost, read from /proc (Linux only)."""

import os
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def tree_of(root: int) -> list[int]:
    """The process and all its descendants that live now."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    found = [root]
    for pid in found:
        found += children[pid]
    return found


def cpu_seconds(root: int) -> float:
    """CPU time of the process and its descendants, those that have ended included."""
    # After the name: state, parent, … 11 to 14 are utime, stime, cutime and cstime.
    stats = [_fields(pid) for pid in tree_of(root)]
    return sum(int(ticks) for fields in stats for ticks in fields[11:15]) / TICKS_PER_SECOND


def resident_bytes(pid: int) -> int:
    """Memory that the process holds in RAM, shared libraries included."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _fields(pid: int) -> list[str]:
    """The columns of /proc/PID/stat from the state on; empty when the process has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
