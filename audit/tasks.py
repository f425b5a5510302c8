"""Background jobs of the audit log."""

import structlog
from procrastinate.contrib.django import app

from audit import partitions
from audit.archives import archiving, redacting
from audit.chain import sealing

logger = structlog.get_logger(__name__)


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="audit.make_partitions", name="audit.make_partitions")
def make_partitions(timestamp: int) -> int:
    """Each night: see that the coming months have their partition."""
    return partitions.make_ahead()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="audit.seal", name="audit.seal")
def seal(timestamp: int) -> int:
    """Each minute: seal what was written."""
    return sealing.seal()


@app.periodic(cron="7 4 * * *")
@app.task(queueing_lock="audit.archive", name="audit.archive")
def archive(timestamp: int) -> int:
    """Each night: make files of the months that are old enough, where we own the tables."""
    redacting.finish()
    months = archiving.due_months()
    for month in months:
        try:
            archiving.archive(month)
        except archiving.NotArchivable as refused:
            logger.warning("a month of the audit log stays", month=str(month), why=str(refused))
            return 0
    return len(months)
