import contextlib
import threading
import time

import pytest
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.db import connection, transaction
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TimedOut

from shop import cache, versioned
from shop.cache import bump, read_many, read_through
from shop.circuit import QuietPool, circuit
from shop.tests.wire import wait_until_closed, waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_cache():
    caches["default"].clear()
    cache._counts.clear()


def in_thread(act):
    def run():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def rename(group, name, *, with_bump=True):
    with transaction.atomic():
        Group.objects.filter(pk=group.pk).update(name=name)
        if with_bump:
            bump("group", group.pk)


def read_name(group, before=lambda: None):
    def load():
        name = Group.objects.get(pk=group.pk).name
        before()
        return name

    return read_through("group", group.pk, load, seconds=60)


@pytest.fixture
def group():
    return Group.objects.create(name="old")


def test_a_second_read_asks_no_database(group, django_assert_num_queries):
    read_name(group)
    with django_assert_num_queries(0):
        assert read_name(group) == "old"
    assert cache.counts() == {
        ("group", "hit"): 1,
        ("group", "miss"): 1,
        ("group", "bypass"): 0,
    }


def test_a_change_is_seen_at_once_and_cached_again(group, django_assert_num_queries):
    read_name(group)
    rename(group, "new")
    assert read_name(group) == "new"
    with django_assert_num_queries(0):
        assert read_name(group) == "new"


def test_a_change_without_a_bump_stays_hidden_so_the_bump_matters(group):
    read_name(group)
    rename(group, "new", with_bump=False)
    assert read_name(group) == "old"


def test_a_reader_that_raced_a_writer_stores_nothing(group):
    assert read_name(group, before=lambda: in_thread(lambda: rename(group, "new")).join()) == "old"
    assert read_name(group) == "new"


def test_a_late_reader_leaves_what_a_newer_one_stored(group, django_assert_num_queries):
    def change():
        rename(group, "new")
        read_name(group)

    read_name(group, before=lambda: in_thread(change).join())
    with django_assert_num_queries(0):
        assert read_name(group) == "new"


def test_a_writer_killed_between_commit_and_bump_leaves_no_old_value(group, monkeypatch):
    read_name(group)
    monkeypatch.setattr(cache, "_forget", lambda names, mark: None)
    rename(group, "new")
    assert read_name(group) == "new"
    assert read_name(group) == "new"


def test_the_last_of_two_writers_opens_the_cache(group):
    read_name(group)
    first, second = versioned.new_mark(), versioned.new_mark()
    names = [versioned.token_key("group", group.pk)]
    versioned.shut(names, first)
    versioned.shut(names, second)
    versioned.forget(names, first)
    assert versioned.client().get(names[0]) == second.encode()
    versioned.forget(names, second)
    assert versioned.client().get(names[0]) is None


def test_what_a_transaction_sees_is_not_stored(group):
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        Group.objects.filter(pk=group.pk).update(name="uncommitted")
        assert read_name(group) == "uncommitted"
        raise ZeroDivisionError
    assert read_name(group) == "old"


def races(group, read, write, rounds=60):
    """Reads that gave an older name than the last one committed before they began."""
    committed, stale, done = [0], [], threading.Event()

    def reader():
        while not done.is_set():
            known = committed[0]
            seen = int(read(group))
            if seen < known:
                stale.append((seen, known))

    threads = [in_thread(reader) for _ in range(3)]
    try:
        for number in range(1, rounds):
            write(group, str(number))
            committed[0] = number
            time.sleep(0.002)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    return stale


def test_racing_readers_and_writers_never_see_the_past():
    group = Group.objects.create(name="0")
    assert races(group, read_name, rename) == []


def test_the_race_is_real_because_plain_caching_loses_it():
    group = Group.objects.create(name="0")
    plain = caches["default"]

    def read(group):
        name = plain.get("plain")
        if name is None:
            name = Group.objects.get(pk=group.pk).name
            time.sleep(0.001)
            plain.set("plain", name)
        return name

    def write(group, name):
        with transaction.atomic():
            Group.objects.filter(pk=group.pk).update(name=name)
            transaction.on_commit(lambda: plain.delete("plain"))

    assert any(races(group, read, write) for _attempt in range(10))


def test_one_reader_loads_and_the_others_wait_for_it(monkeypatch):
    monkeypatch.setattr(cache, "WAIT_SECONDS", 20)
    monkeypatch.setattr(versioned, "LOADER_SECONDS", 60)
    loads = []

    def load():
        loads.append(1)
        time.sleep(0.1)
        return 7

    seen = []

    def read():
        seen.append(read_through("slow", 1, load, seconds=60))

    for thread in [in_thread(read) for _ in range(8)]:
        thread.join()
    assert (seen, len(loads)) == ([7] * 8, 1)


def test_a_loader_that_hangs_holds_up_nobody_for_long():
    loading, release = threading.Event(), threading.Event()

    def hang():
        loading.set()
        release.wait(60)

    slow = in_thread(lambda: read_through("hung", 1, hang, seconds=60))
    loading.wait(60)
    mine = read_through("hung", 1, lambda: "mine", seconds=60)
    is_hanging = slow.is_alive()
    release.set()
    slow.join()
    assert (mine, is_hanging) == ("mine", True)


def test_a_loader_that_fails_lets_the_next_one_try_at_once(monkeypatch):
    monkeypatch.setattr(cache, "WAIT_SECONDS", 60)

    def fail():
        raise LookupError

    with pytest.raises(LookupError):
        read_through("failing", 1, fail, seconds=60)
    started = time.monotonic()
    assert read_through("failing", 1, lambda: 1, seconds=60) == 1
    assert time.monotonic() - started < 30


def test_many_are_read_with_one_load_for_the_missing():
    asked = []

    def load(keys):
        asked.append(keys)
        return {key: key * 10 for key in keys if key != 4}

    read_many("many", [1, 2], load, seconds=60)
    assert read_many("many", [3, 1, 2, 4, 3], load, seconds=60) == {
        1: 10,
        2: 20,
        3: 30,
        4: None,
    }
    assert read_many("many", [4], load, seconds=60) == {4: None}
    assert asked == [[1, 2], [3, 4]]
    assert read_many("many", [], load, seconds=60) == {}


def test_a_warm_read_of_many_is_one_round_trip(monkeypatch):
    keys = list(range(24))
    read_many("many", keys, lambda keys: dict.fromkeys(keys, 1), seconds=60)
    client, sent = versioned.client(), []
    execute = type(client).execute_command

    def spy(self, *args, **options):
        sent.append(args[0])
        return execute(self, *args, **options)

    monkeypatch.setattr(type(client), "execute_command", spy)
    read_many("many", keys, lambda keys: {}, seconds=60)
    assert sent == ["MGET"]


def test_a_bump_of_what_a_value_is_made_of_ends_it():
    values = iter([1, 2])

    def read():
        versions = [("brand", 9)]
        return read_through("card", 1, lambda: next(values), seconds=60, versions=versions)

    assert [read(), read()] == [1, 1]
    bump("brand", 9)
    assert read() == 2


def test_a_value_lives_as_long_as_stated():
    values = iter([1, 2])

    def read():
        return read_through("brief", 1, lambda: next(values), seconds=0.2)

    assert read() == 1
    time.sleep(0.25)
    assert read() == 2


def test_whatever_is_stored_ends_by_itself():
    read_through("ends", 1, lambda: 1, seconds=60)
    client = versioned.client()
    names = client.keys(f"{caches['default'].key_prefix}:ends:1:*")
    assert len(names) == 2
    assert all(0 < client.ttl(name) <= 24 * 60 * 60 for name in names)
    assert min(client.ttl(name) for name in names) <= 60


def test_hits_and_misses_give_equal_values():
    def load():
        return {"sizes": ("S", "M"), 1: None}

    miss = read_through("shape", 1, load, seconds=60)
    assert miss == read_through("shape", 1, load, seconds=60) == {"sizes": ["S", "M"], "1": None}


def test_a_value_that_is_not_json_is_a_loud_mistake(group):
    with pytest.raises(TypeError):
        read_through("object", 1, lambda: group, seconds=60)


def test_a_cut_redis_is_answered_from_the_database(group, wire):
    read_name(group)
    wire.cut()
    rename(group, "new")
    assert read_name(group) == "new"
    assert caches["default"].get("anything", "default") == "default"
    assert caches["default"].set("anything", 1) is None
    assert caches["default"].get_many(["anything"]) == {}


def test_a_frozen_redis_costs_one_time_out_once(group, wire, monkeypatch):
    read_name(group)
    waited = waits(monkeypatch)
    wire.state = "frozen"
    for _ in range(20):
        assert read_name(group) == "old"
        rename(group, "old")
    assert [type(error) for error in waited] == [TimedOut]


def test_changes_made_without_redis_are_delivered_when_it_is_back(group, wire):
    read_name(group)
    wire.cut()
    rename(group, "new")
    assert circuit.is_open
    wire.state = "through"
    wait_until_closed()
    assert read_name(group) == "new"
    assert cache._undelivered == set()


def test_a_full_redis_refuses_without_an_error(group, monkeypatch):
    read_name(group)

    def refuse(*args):
        raise RedisError("OOM command not allowed")

    monkeypatch.setattr(versioned, "shut", refuse)
    monkeypatch.setattr(versioned.Entries, "begin", refuse)
    rename(group, "new")
    assert read_name(group) == "new"


@pytest.fixture
def pool():
    """Connections like those of the shop, that nobody else takes meanwhile."""
    shared = versioned.client().connection_pool
    own = QuietPool(shared.connection_class, **shared.connection_kwargs)
    yield own
    own.disconnect()


def test_a_connection_that_redis_closed_is_replaced_without_a_word(pool):
    redis = Redis(connection_pool=pool)
    # By another one, so that it is closed once the answer is here.
    versioned.client().client_kill_filter(_id=redis.client_id())
    assert redis.ping()


def test_a_connection_with_an_answer_to_somebody_else_is_replaced(pool):
    left = pool.get_connection()
    left.send_command("ECHO", "of somebody else")
    assert left.can_read(timeout=30)
    pool.release(left)
    assert Redis(connection_pool=pool).echo("mine") == b"mine"


def test_a_redis_that_is_away_is_waited_for_once(pool):
    tried = []

    class Nowhere(pool.connection_class):
        def _connect(self):
            tried.append(self)
            raise ConnectionRefusedError

    pool.connection_class = Nowhere
    with pytest.raises(RedisConnectionError):
        Redis(connection_pool=pool).ping()
    assert len(tried) == 1


def test_a_process_lends_a_connection_to_one_thread_at_a_time(pool):
    first, second = pool.get_connection(), pool.get_connection()
    assert first is not second
    pool.release(first)
    assert pool.get_connection() is first
    pool.release(first)
    pool.release(second)
    pool.release(second)
    assert pool._available_connections.count(second) == 1
