"""The bench measures what it says, on loads too small to tell how fast anything is."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest
from django.core.cache import cache
from django.core.management.base import CommandError
from django.db import connection

from catalog.models import Brand
from payments.models import ProviderNotice
from tests.bench import __main__ as bench
from tests.bench import processes
from tests.bench.driver import HOST, DriveFailed, Request, drive
from tests.bench.figures import Figure, table
from tests.bench.management.commands import bench_orders
from tests.bench.parts.pages import Goal, judged
from tests.bench.parts.webhooks import Sender
from tests.bench.probe import counting
from tests.bench.recording import recorded, script
from tests.bench.sampling import Sample, Site
from tests.bench.shopper import Forms
from tests.bench.shops import Answer, Cost


def site(*rates, cpu=0.001, sql=0, redis=1):
    """A site with one sample for each rate."""
    samples = [Sample(rate, 1 / rate, Cost(cpu, 0, 0)) for rate in rates]
    return Site("page", None, Request("/"), Answer(200, 1000, sql, redis), samples)


@pytest.mark.own_servers
@pytest.mark.timeout(900)
def test_a_part_runs_on_a_shop_of_its_own_and_prints_its_table(tmp_path, capsys):
    file = tmp_path / "figures.json"
    assert bench.main(["background", "--jobs", "3", "--repeats", "1", "--json", str(file)]) == 0
    [head, _rule, row] = capsys.readouterr().out.strip().splitlines()[1:]
    assert head.split() == ["figure", "measured", "spread", "goal"]
    assert "3 queued" in row
    assert json.loads(file.read_text())["background"][0]["value"] > 0


def test_a_part_that_breaks_down_is_a_failure_and_says_why(monkeypatch, capsys):
    def break_down(shop, options):
        raise DriveFailed("the server hung up")

    monkeypatch.setitem(bench.PARTS, "pages", break_down)
    assert bench.main(["pages"]) == 1
    assert "pages broke down: the server hung up" in capsys.readouterr().err


def test_driver_sends_as_many_requests_as_asked_and_reports_other_statuses(live_server):
    requests = [Request("/health/live"), Request("/no-such-page/")]
    load = drive(live_server.thread.port, requests, count=6, connections=2)
    assert (load.requests, load.unexpected) == (6, {"404": 3})
    assert 0 < load.p50 <= load.slowest < load.seconds


def test_driver_refuses_to_measure_a_server_that_is_not_there():
    # Taken by somebody who does not listen, so that nobody else comes to listen there.
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        with pytest.raises(DriveFailed, match="refused"):
            drive(taken.getsockname()[1], [Request("/")], count=1)


@pytest.mark.django_db
def test_the_notices_of_the_bench_are_stored_once_for_each_event(client, settings):
    settings.SANDBOX_WEBHOOK_SECRET = "known-to-both"
    sender = Sender("known-to-both")
    for event in ("", "", "again", "again"):
        notice = sender.notice(event)
        headers = dict(line.split(": ", 1) for line in notice.headers)
        sent = client.post(
            notice.path, notice.body, content_type="application/json", headers=headers
        )
        assert sent.status_code == notice.status
    assert ProviderNotice.objects.count() == 3


@pytest.mark.django_db
def test_statements_and_round_trips_are_counted_only_inside_the_block():
    cache.get("warm")
    with counting() as counter, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cache.get_many(["a", "b", "c"])
    cache.get("afterwards")
    assert (counter.sql, counter.redis) == (1, 1)


def connection_that(*, meets, at):
    """A process as ``bench_orders --place`` is, which is done when the file ``meets`` is there."""
    script = """
import pathlib, sys, time
met, at = map(pathlib.Path, sys.argv[1:])
print("ready", flush=True)
sys.stdin.readline()
at.touch()
ends_at = time.monotonic() + 60
while not met.exists() and time.monotonic() < ends_at:
    time.sleep(0.01)
print("done" if met.exists() else "alone", flush=True)
"""
    words = [sys.executable, "-c", script, str(meets), str(at)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(words, text=True, **pipes)


def test_connections_of_the_bench_place_their_orders_at_the_same_time(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    workers = [connection_that(meets=one, at=other), connection_that(meets=other, at=one)]
    assert bench_orders.together(workers) > 0
    assert [worker.returncode for worker in workers] == [0, 0]


def test_a_connection_of_the_bench_that_breaks_down_is_no_figure():
    words = [sys.executable, "-c", "print('ready', flush=True); input()"]
    worker = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with pytest.raises(CommandError, match="done"):
        bench_orders.together([worker])
    worker.communicate()


def test_cpu_of_children_that_have_ended_is_counted():
    before = processes.cpu_seconds(os.getpid())
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert processes.cpu_seconds(os.getpid()) - before >= 0.28


def test_a_goal_is_met_only_if_requests_and_cpu_agree():
    goal = Goal("b", rate=1.0, sql=0, redis=1)
    baseline = site(100, 100, 100)
    assert judged(site(110, 120, 130), goal, baseline).met == "yes"
    assert judged(site(110, 120, 130, cpu=0.002), goal, baseline).met == "no: CPU"
    assert judged(site(90, 90, 130), goal, baseline).met == "no: req/s"
    assert judged(site(110, 120, 130, sql=1, redis=2), goal, baseline).met == "no: SQL, Redis"


def test_ratio_is_that_of_samples_taken_together():
    busy_then_quiet = site(10, 100, 1000)
    assert busy_then_quiet.rate_against(site(20, 200, 2000)) == 0.5


def test_table_is_aligned_and_leaves_out_what_nobody_fills_in():
    [head, _rule, first, second] = table(
        [Figure("a", 1.0, "s", goal="≤ 2 s"), Figure("longer", 1234.0, "MB", goal="reported")]
    ).splitlines()
    assert head.split() == ["figure", "measured", "goal"]
    assert first.index("≤") == second.index("reported") == head.index("goal")


def test_form_holds_what_a_browser_would_send_untouched():
    page = """
        <form action="/search/"><input name="q"></form>
        <form method="post" action="/cart/add/">
          <input type="hidden" name="product" value="tee"><input type="submit" name="go" value="1">
          <input type="radio" name="size" value="s">
          <input type="radio" name="size" value="m" checked>
          <input type="checkbox" name="billing_same" checked><input type="checkbox" name="news">
        </form><input name="outside" value="1">
    """
    [form] = Forms(page).found
    assert form.action == "/cart/add/"
    assert form.values == {"product": "tee", "size": "m", "billing_same": "on"}


@pytest.mark.django_db
def test_recorded_statements_do_the_same_again_for_new_rows():
    since = time.time()
    with recorded() as statements:
        made = Brand.objects.create(name="Bench: Weavers", slug="bench-weavers")
    text = script(statements, since=since, renewed=[made.slug, made.name])
    assert text.startswith("\\set k random")
    body = text.partition("BEGIN;")[2].partition("COMMIT;")[0]
    with connection.cursor() as cursor:
        for number in (7, 8):
            cursor.execute(body.replace(":k:", f"{number}:"))
    assert Brand.objects.count() == 3


@pytest.mark.django_db
def test_text_with_a_colon_is_no_variable_of_pgbench():
    with recorded() as statements:
        Brand.objects.filter(name="a:b").exists()
    assert "E'a\\x3ab'" in script(statements, since=time.time(), renewed=[])
