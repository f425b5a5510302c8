"""What is thrown away of imports and exports, and when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from catalog import exports
from catalog.imports import files, staging
from catalog.models import ImportBatch, ProductExport

#: Files that were never imported are kept for so long.
UNUSED_LIFE = timedelta(days=7)
#: Younger files may belong to a request or a job that is still at work.
MIN_AGE = timedelta(days=1)
Status = ImportBatch.Status
_NEVER_APPLIED = (Status.UPLOADED, Status.CHECKING, Status.CHECKED, Status.FAILED)


def clean(now: datetime | None = None) -> int:
    """Delete what is too old; how many imports and exports these were. Safe to run again.

    An import that can be reverted keeps its rows for IMPORT_KEEP_DAYS; its file, which nothing
    asks for any more, goes after a day. What an import did stays in the audit log.
    """
    now = now or timezone.now()
    count = 0
    for batch in list(_old_imports(now)):
        files.path_of(batch).unlink(missing_ok=True)
        staging.forget(batch)
        batch.delete()
        count += 1
    for export in list(ProductExport.objects.filter(expires_at__lt=now)):
        exports.path_of(export).unlink(missing_ok=True)
        export.delete()
        count += 1
    for path in _unwanted(now):
        path.unlink(missing_ok=True)
    return count


def _old_imports(now: datetime) -> Any:
    unused = ImportBatch.objects.filter(status__in=_NEVER_APPLIED, updated_at__lt=now - UNUSED_LIFE)
    since = now - timedelta(days=settings.IMPORT_KEEP_DAYS)
    applied = ImportBatch.objects.filter(
        status__in=[Status.APPLIED, Status.REVERTED], applied_at__lt=since
    )
    return unused | applied


def _unwanted(now: datetime) -> Iterator[Path]:
    """Files that are older than a day and that nobody will read again."""
    batches = ImportBatch.objects.exclude(status__in=[Status.APPLIED, Status.REVERTED])
    wanted = {files.path_of(batch) for batch in batches}
    wanted |= {exports.path_of(export) for export in ProductExport.objects.all()}
    before = (now - MIN_AGE).timestamp()
    root = Path(settings.EXCHANGE_ROOT)
    for path in (*root.glob("imports/*"), *root.glob("exports/*")):
        if path not in wanted and path.stat().st_mtime < before:
            yield path
