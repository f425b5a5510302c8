"""Redis may be full and refuse every write; the shop goes on selling and shows nothing old."""

import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from redis import Redis
from redis.exceptions import ConnectionError as NotThere
from redis.exceptions import OutOfMemoryError

from catalog.tests.factories import CategoryFactory, ProductFactory
from orders.models import Checkout, Order
from orders.tests.factories import ADDRESS, member, shown_total, standard_delivery
from shop.embedded import binaries

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("/", "/c/tops/", "/p/work-tee/", "/search/?q=work", "/search/?q=wrok", "/wishlist/")
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/40", "security_code": "123"}


@pytest.fixture(scope="module")
def server():
    """A Redis of this module alone, since a limit of memory is that of a whole server."""
    folder = Path(tempfile.mkdtemp(prefix="full"))
    path = folder / "redis.sock"
    arguments = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([binaries.redis().path, *arguments], stdout=subprocess.DEVNULL)
    client = Redis(unix_socket_path=str(path))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(NotThere):
            client.ping()
            break
        time.sleep(0.01)
    yield client
    client.close()
    process.terminate()
    process.wait()
    shutil.rmtree(folder)


@pytest.fixture
def redis(server, settings):
    """The shop's cache, with all the room it wants until :func:`fill`."""
    server.config_set("maxmemory", 0)
    server.flushall()
    path = server.connection_pool.connection_kwargs["path"]
    default = settings.CACHES["default"] | {"LOCATION": f"unix://{path}"}
    settings.CACHES = {"default": default}
    return server


def fill(redis):
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", 1)
    with pytest.raises(OutOfMemoryError):
        redis.set("more", 1)


def work_tee():
    tops = CategoryFactory(slug="tops", name="Tops")
    return ProductFactory(title="Work tee", slug="work-tee", category=tops, colors=("navy",))


@pytest.mark.parametrize("is_warm", [False, True])
def test_pages_are_served_from_a_full_redis(client, redis, is_warm):
    work_tee()
    if is_warm:
        assert {client.get(path).status_code for path in PAGES} == {200}
    fill(redis)
    assert {client.get(path).status_code for path in PAGES} == {200}


def test_a_new_price_shows_although_redis_takes_no_word_of_it(
    client, redis, django_assert_num_queries
):
    product = work_tee()
    for path in PAGES[1:4]:
        client.get(path)
    fill(redis)
    with django_assert_num_queries(0):
        assert client.get("/p/work-tee/").status_code == 200
    for variant in product.variants.all():
        variant.price = 12_300
        variant.save()
    for path in PAGES[1:4]:
        assert "€123.00" in client.get(path).content.decode(), path


def test_a_member_signs_in_with_a_full_redis(client, redis):
    user = member(password="a long enough password")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    fill(redis)
    form = {"login": user.email, "password": "a long enough password"}
    assert client.post(reverse("account_login"), form).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_guest_buys_with_a_full_redis(client, redis):
    standard_delivery()
    product = work_tee()
    client.get("/")
    fill(redis)
    form = {"product": product.slug, "color": "navy", "size": "m"}
    assert client.post(reverse("orders:cart_add"), form).status_code == 303
    assert "Work tee" in client.get("/cart/").content.decode()
    assert client.post(reverse("orders:cart_checkout")).status_code == 303
    contact = {**ADDRESS, "email": "ada@example.com", "billing_same": "on"}
    assert client.post("/checkout/", contact).status_code == 303
    assert client.post("/checkout/delivery/", {"method": "standard"}).status_code == 303
    assert client.post("/checkout/payment/", CARD).status_code == 303
    total = shown_total(Checkout.objects.get())
    assert client.post("/checkout/review/", {"total": total}).status_code == 303
    assert Order.objects.get().status == Order.Status.PAID
