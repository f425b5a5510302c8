"""The embedded servers, started for real in folders of their own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import redis

from shop import embedded
from shop.embedded import processes

pytestmark = pytest.mark.own_servers

PROJECT = Path(__file__).resolve().parents[2]
USER = """
import sys
from pathlib import Path
from shop import embedded
embedded.attach(Path(sys.argv[1]), postgres=True, redis=True)
print("attached", flush=True)
sys.stdin.read()
"""


class User:
    """Another process that uses the servers until it leaves or is killed."""

    def __init__(self, data_dir):
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )

    def attached(self):
        assert self.process.stdout.readline() == "attached\n"
        return self

    def leave(self):
        self.process.communicate(timeout=120)
        assert self.process.returncode == 0

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=60)


@pytest.fixture(autouse=True)
def enough_time(request):
    request.node.add_marker(pytest.mark.timeout(180))


@pytest.fixture
def data_dir(tmp_path):
    folder = tmp_path / "data"
    yield folder
    embedded.detach(folder)
    embedded.stop_unused(folder)


def database(data_dir):
    settings = embedded.database_settings(data_dir)
    return psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        host=settings["HOST"],
        port=settings["PORT"],
        autocommit=True,
    )


def cache(data_dir):
    return redis.from_url(embedded.redis_url(data_dir))


def postgres_pid(data_dir):
    return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def redis_pid(data_dir):
    return int((data_dir / "redis" / "redis.pid").read_text())


def mode(path):
    return path.stat().st_mode & 0o777


def test_first_process_finds_both_servers_ready(data_dir):
    embedded.attach(data_dir, postgres=True, redis=True)
    with database(data_dir) as connection:
        row = connection.execute(
            "SELECT datlocprovider, datlocale, current_setting('data_checksums'),"
            " current_setting('listen_addresses'), current_setting('fsync')"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("b", "C.UTF-8", "on", "", "on")
    settings = cache(data_dir).config_get("*")
    assert (settings["port"], settings["databases"], settings["appendonly"]) == (
        "0",
        "64",
        "yes",
    )
    assert settings["maxmemory"] == "0"


def test_only_what_was_asked_for_is_started(data_dir):
    embedded.attach(data_dir, postgres=False, redis=True)
    assert cache(data_dir).ping()
    assert not (data_dir / "postgres").exists()


def test_files_and_sockets_are_closed_to_other_users(data_dir):
    embedded.attach(data_dir, postgres=True, redis=True)
    sockets = Path(embedded.database_settings(data_dir)["HOST"])
    assert mode(data_dir) in (0o700, 0o710)
    for folder in (data_dir / "postgres", data_dir / "redis", sockets):
        assert mode(folder) == 0o700
    for path in (*data_dir.glob("*.log"), *data_dir.glob("*.lock"), *sockets.iterdir()):
        assert mode(path) & 0o077 == 0, path


def test_last_one_out_stops_servers_it_did_not_start(data_dir):
    first, second = User(data_dir).attached(), User(data_dir).attached()
    servers = [postgres_pid(data_dir), redis_pid(data_dir)]
    first.leave()
    assert all(processes.is_alive(pid) for pid in servers)
    with database(data_dir) as connection:
        connection.execute("CREATE TABLE kept ()")
    second.leave()
    assert not any(processes.is_alive(pid) for pid in servers)


def test_servers_outlive_a_killed_starter_and_stop_after_the_next_user(data_dir):
    starter = User(data_dir).attached()
    pid = postgres_pid(data_dir)
    starter.kill()
    later = User(data_dir).attached()
    assert postgres_pid(data_dir) == pid
    later.leave()
    assert not processes.is_alive(pid)


def test_twenty_processes_at_once_start_one_pair_of_servers(data_dir):
    users = [User(data_dir) for _ in range(20)]
    for user in users:
        user.attached()
    starts = (data_dir / "postgres.log").read_text().count("starting PostgreSQL")
    servers = [postgres_pid(data_dir), redis_pid(data_dir)]
    for user in users:
        user.process.stdin.close()
    for user in users:
        assert user.process.wait(90) == 0
    assert starts == 1
    assert not any(processes.is_alive(pid) for pid in servers)


def test_killed_postgres_is_back_at_the_next_attach_with_what_was_committed(data_dir):
    user = User(data_dir).attached()
    busy = database(data_dir)
    busy.execute("CREATE TABLE kept AS SELECT 7 AS number")
    # This backend does not notice that its postmaster is gone and holds the shared memory.
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
    os.kill(postgres_pid(data_dir), signal.SIGKILL)
    embedded.attach(data_dir, postgres=True, redis=True)
    with database(data_dir) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    user.leave()


def test_stale_pid_of_another_live_process_does_not_block_the_start(data_dir):
    User(data_dir).attached().leave()
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    embedded.attach(data_dir, postgres=True, redis=False)
    assert postgres_pid(data_dir) != os.getpid()


def test_killed_redis_keeps_its_data(data_dir):
    embedded.attach(data_dir, postgres=False, redis=True)
    cache(data_dir).set("kept", "7")
    os.kill(redis_pid(data_dir), signal.SIGKILL)
    embedded.attach(data_dir, postgres=False, redis=True)
    assert cache(data_dir).get("kept") == b"7"


def test_hanging_redis_is_replaced_and_not_doubled(data_dir, monkeypatch):
    # Long enough that the new one, on a busy machine, is not taken for another that hangs.
    monkeypatch.setattr("shop.embedded.redis.ANSWER_SECONDS", 2)
    monkeypatch.setattr("shop.embedded.redis.STOP_SECONDS", 0.2)
    embedded.attach(data_dir, postgres=False, redis=True)
    hanging = redis_pid(data_dir)
    os.kill(hanging, signal.SIGSTOP)
    embedded.attach(data_dir, postgres=False, redis=True)
    assert not processes.is_alive(hanging)
    assert cache(data_dir).ping()


@pytest.mark.parametrize("name", ["with spaces 'and' \"quotes\", a comma", "long" * 30])
def test_any_path_of_the_checkout_works(tmp_path, name):
    data_dir = tmp_path / name / "data"
    user = User(data_dir).attached()
    sockets = Path(embedded.database_settings(data_dir)["HOST"])
    with database(data_dir) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert cache(data_dir).ping()
    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) < 107
    user.leave()
    assert not sockets.parent.exists() or sockets.parent == data_dir


def test_runtime_folder_laid_by_a_stranger_is_refused(tmp_path):
    data_dir = tmp_path / ("long" * 30)
    data_dir.mkdir()
    runtime = Path(embedded.database_settings(data_dir)["HOST"]).parent
    runtime.symlink_to(tmp_path)
    try:
        with pytest.raises(embedded.EmbeddedError, match="not a private folder of yours"):
            embedded.attach(data_dir, postgres=False, redis=True)
    finally:
        runtime.unlink()
        embedded.detach(data_dir)


def test_data_of_another_major_version_is_refused_in_words(data_dir):
    User(data_dir).attached().leave()
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded.EmbeddedError, match=r"PostgreSQL 17, but PostgreSQL \d+ is"):
        embedded.attach(data_dir, postgres=True, redis=False)


def test_full_disk_and_missing_shared_memory_are_named(tmp_path):
    full = embedded.EmbeddedError.from_output(
        "PostgreSQL",
        "initdb: error: could not write: No space left on device",
        tmp_path,
    )
    memory = embedded.EmbeddedError.from_output(
        "PostgreSQL", "FATAL:  could not map anonymous shared memory", tmp_path
    )
    assert "is full" in full.cause
    assert "200 MB" in full.remedy
    assert "no shared memory" in memory.cause
    assert "docker: --shm-size" in memory.remedy


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the servers to somebody else")
def test_root_lends_the_servers_to_nobody_where_nobody_can_reach_them():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        data_dir = Path(folder, "data")
        user = User(data_dir).attached()
        owner = Path(f"/proc/{postgres_pid(data_dir)}").stat().st_uid
        user.leave()
    assert owner != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run the servers as another owner")
def test_root_runs_the_servers_as_the_owner_of_the_data():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        data_dir = Path(folder, "data")
        data_dir.mkdir(mode=0o700)
        os.chown(data_dir, 1, 1)
        user = User(data_dir).attached()
        owner = (data_dir / "postgres").stat().st_uid
        user.leave()
    assert owner == 1


def test_command_line_stops_only_servers_that_nobody_uses(data_dir):
    command = [sys.executable, "-m", "shop.embedded", str(data_dir)]
    user = User(data_dir).attached()
    refused = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    pid = postgres_pid(data_dir)
    user.kill()
    started = time.monotonic()
    stopped = subprocess.run(command, cwd=PROJECT, check=False)
    assert (refused.returncode, stopped.returncode) == (1, 0)
    assert "in use" in refused.stderr
    assert not processes.is_alive(pid)
    assert time.monotonic() - started < 40
