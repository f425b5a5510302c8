"""The background jobs, run by a real worker."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

import audit.tasks
import catalog.tasks
import inventory.tasks
import orders.tasks
import payments.tasks
import shop.accounts.tasks
import shop.events.tasks
import shop.operations.tasks
from shop import slow_statements

PERIODIC = [
    audit.tasks.make_partitions,
    catalog.tasks.begin_sitemap_files,
    catalog.tasks.clean_media,
    catalog.tasks.count_units_sold,
    catalog.tasks.end_price_announcements,
    catalog.tasks.forget_wishes,
    catalog.tasks.keep_price_schedules,
    catalog.tasks.mark_subscriptions,
    inventory.tasks.expire_reservations,
    orders.tasks.abandon_carts,
    orders.tasks.cancel_unpaid,
    payments.tasks.process_waiting,
    payments.tasks.remove_old_notices,
    payments.tasks.resume_open,
    payments.tasks.tell_sandbox,
    shop.accounts.tasks.forget_newsletter,
    shop.events.tasks.deliver_waiting,
    shop.events.tasks.remove_old,
    shop.operations.tasks.clear_sessions,
    shop.operations.tasks.remove_old_jobs,
    shop.operations.tasks.take_up_stalled_jobs,
]
#: What a job saw of its connection.
seen = []

pytestmark = pytest.mark.django_db(transaction=True)


def work_off():
    """Run what is queued in a thread: the tests of the browser keep an event loop in this one."""
    arguments = ("worker", "--one-shot")
    worker = threading.Thread(target=call_command, args=arguments)
    worker.start()
    worker.join()


def statuses(jobs):
    """Of these jobs only: the worker adds those whose minute has come."""
    return set(ProcrastinateJob.objects.filter(pk__in=jobs).values_list("status", flat=True))


def test_worker_runs_every_job_of_the_shop():
    jobs = [task.defer(timestamp=0) for task in PERIODIC]
    work_off()
    assert statuses(jobs) == {"succeeded"}


@app.task(name="tests.look_at_connection")
def look_at_connection():
    connection.ensure_connection()
    seen.append((connection.execute_wrappers, connection.queries_log.maxlen))


def test_worker_watches_its_statements_and_keeps_none():
    limit = connection.queries_log.maxlen
    look_at_connection.defer()
    work_off()
    assert seen == [([slow_statements.timed], 0)]
    assert connection.queries_log.maxlen == limit > 0


@app.task(name="tests.do_a_little")
def do_a_little():
    """Not one of the shop's: in its minute the worker would queue that again by itself."""


def test_job_of_a_dead_worker_is_done_by_the_next():
    left = do_a_little.defer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    shop.operations.tasks.take_up_stalled_jobs.defer(timestamp=0)
    work_off()
    work_off()
    assert statuses([left]) == {"succeeded"}
