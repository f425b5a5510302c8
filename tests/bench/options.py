"""What may be said on the command line."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """``seconds`` is the length of one sample; sizes are numbers of products, requests, jobs."""

    products: int = 10_000
    repeats: int = 5
    seconds: float = 1.5
    small: int = 10_000
    large: int = 1_000_000
    requests: int = 10_000
    rows: int = 10_000
    jobs: int = 2_000
    data: Path | None = None
    json: Path | None = None
