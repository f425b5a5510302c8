"""The end of each chain, kept outside the database: whoever cuts the last seals off is found."""

import json
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings

from audit.models import AuditSeal, Stream
from shop import whole_files

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Anchor:
    """A seal that has been seen: its number and its digest as hexadecimal digits."""

    number: int
    digest: str


def read(path: Path) -> dict[str, Anchor]:
    """The anchors in a file; none when there is no such file. Raises ValueError for another."""
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return {
        stream: Anchor(int(kept["number"]), str(kept["digest"])) for stream, kept in content.items()
    }


def holds(stream: str, anchor: Anchor) -> bool:
    """Whether the chain still has the seal that the anchor names."""
    seal = AuditSeal.objects.filter(stream=stream, number=anchor.number).first()
    return seal is not None and bytes(seal.digest).hex() == anchor.digest


def keep(*, anew: bool = False) -> None:
    """Write the ends of the chains to the file of setting ``AUDIT_ANCHOR``.

    An anchor that no longer holds stays, for the verifier to find, unless ``anew``.
    """
    path = Path(settings.AUDIT_ANCHOR)
    known = {} if anew else read(path)
    ends = dict(known)
    for stream in Stream.values:
        if stream in known and not holds(stream, known[stream]):
            logger.error("audit seals are missing", log=stream, last=known[stream].number)
            continue
        last = AuditSeal.objects.filter(stream=stream).order_by("-number").first()
        if last is not None:
            ends[stream] = Anchor(last.number, bytes(last.digest).hex())
    if ends == known and not anew:
        return
    told = {stream: {"number": end.number, "digest": end.digest} for stream, end in ends.items()}
    try:
        whole_files.put(path, [json.dumps(told, indent=1).encode()])
    except OSError as problem:
        logger.warning("the audit anchor was not written", path=str(path), problem=str(problem))
