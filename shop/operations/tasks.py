"""Background jobs that keep the shop itself in order."""

import structlog
from django.core.management import call_command
from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

logger = structlog.get_logger(__name__)

#: Finished jobs are kept this long for a look back, in hours.
KEEP_JOBS_HOURS = 48


@app.periodic(cron="41 3 * * *")
@app.task(
    queueing_lock="operations.remove_old_jobs",
    name="operations.remove_old_jobs",
    pass_context=True,
)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Each night: forget jobs that ended days ago."""
    await builtin_tasks.remove_old_jobs(context, max_hours=KEEP_JOBS_HOURS, remove_failed=False)


@app.periodic(cron="*/5 * * * *")
@app.task(
    queueing_lock="operations.take_up_stalled_jobs",
    name="operations.take_up_stalled_jobs",
    pass_context=True,
)
async def take_up_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Each five minutes: queue again what a worker that died was doing."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except ConnectorException:
            # Its next turn is queued already, as with every periodic job.
            await manager.finish_job(job, Status.FAILED, delete_job=False)
        logger.warning("took up the job of a dead worker", job=job.id, task=job.task_name)


@app.periodic(cron="53 3 * * *")
@app.task(queueing_lock="operations.clear_sessions", name="operations.clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Each night: remove sessions that have expired."""
    call_command("clearsessions")


@app.periodic(cron="13 4 * * *")
@app.task(queueing_lock="operations.check_invariants", name="operations.check_invariants")
def check_invariants(timestamp: int) -> None:
    """Each night: fail, for staff to see, when something is stored that must never be."""
    call_command("check_invariants")
