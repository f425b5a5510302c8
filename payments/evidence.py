"""Files that speak for us in a dispute: taken in by content, kept out of reach of the web."""

from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from audit import recording
from catalog.errors import NotAFile, PictureRefused
from catalog.models import Media
from catalog.pictures.uploads import Readable, read_file
from payments.errors import DisputeDecided, EvidenceRefused
from payments.models import Dispute, DisputeEvidence
from payments.providers.base import EvidenceFile
from shop.models import new_id

#: Limits of one file in bytes and of the files of one dispute; banks take no more.
MAX_BYTES: Final = 4 * 1024 * 1024
MOST_FILES: Final = 10
_SUFFIXES: Final = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/webp": ".webp"}


def add(
    *, dispute_id: UUID, file: Readable, name: str, actor_id: UUID | None = None
) -> DisputeEvidence:
    """Keep a PDF or a picture with an open dispute; the same file again is the same row.

    What it claims to be does not count, and pictures are drawn anew, without place and camera.
    Raises :class:`EvidenceRefused` and :class:`DisputeDecided`. Locks the dispute.
    """
    try:
        upload = read_file(file)
    except (NotAFile, PictureRefused) as error:
        raise EvidenceRefused("kind") from error
    if upload.kind != Media.Kind.IMAGE and upload.mime_type not in _SUFFIXES:
        raise EvidenceRefused("kind")
    if len(upload.content) > MAX_BYTES:
        raise EvidenceRefused("size")
    made = DisputeEvidence(
        pk=new_id(),
        dispute_id=dispute_id,
        name=_named(name, upload.suffix),
        mime_type=upload.mime_type,
        size_bytes=len(upload.content),
        checksum=upload.checksum,
        actor_id=actor_id,
    )
    # The file before its row: a crash leaves a file nobody names, never a row without a file.
    path = path_of(made)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(upload.content)
    try:
        return _keep(made)
    except BaseException:
        path.unlink()
        raise


def path_of(row: DisputeEvidence) -> Path:
    """Where the file lies: beside imports and exports, which no address leads to."""
    return Path(settings.EXCHANGE_ROOT) / "evidence" / row.pk.hex


def file_of(row: DisputeEvidence) -> EvidenceFile:
    """The file with its content; raises OSError when it is gone."""
    return EvidenceFile(row.name, row.mime_type, path_of(row).read_bytes())


def _keep(made: DisputeEvidence) -> DisputeEvidence:
    with recording.batch():
        dispute = Dispute.objects.select_for_update().get(pk=made.dispute_id)
        if dispute.status != Dispute.Status.OPEN:
            raise DisputeDecided
        kept = list(dispute.evidence.all())
        twin = next((row for row in kept if row.checksum == made.checksum), None)
        if twin is not None:
            path_of(made).unlink()
            return twin
        if len(kept) >= MOST_FILES:
            raise EvidenceRefused("count")
        made.save(force_insert=True)
        return made


def _named(name: str, suffix: str) -> str:
    """The name without folders and with the ending of what it is."""
    stem = Path(name.replace("\\", "/")).stem
    plain = "".join(one for one in stem if one.isalnum() or one in " -_").strip()
    return f"{plain[:80] or 'file'}{suffix}"
