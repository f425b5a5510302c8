"""Pictures that files name by address: fetched later, from where we allow it."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image

from catalog.imports import fetching, pictures
from catalog.imports.fetching import NotFetched, fetch, is_public
from catalog.models import ImportBatch, ImportPicture, Media, Product, ProductMedia
from catalog.tests.factories import MediaFactory, ProductFactory
from catalog.tests.imported import applied, checked, counts, problems, reverted

pytestmark = pytest.mark.django_db

HOST = "https://pictures.example.com"


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.IMPORT_MEDIA_HOSTS = ["pictures.example.com"]


@pytest.fixture
def server(settings):
    """A server on this machine; ``answers`` has status, headers and body by path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            listening.asked.append((self.path, self.headers["Host"]))
            status, headers, body = listening.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.answers, listening.asked = {}, []
    threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    settings.IMPORT_MEDIA_LOOPBACK_PORT = listening.server_port
    yield listening
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def tee():
    product = ProductFactory(slug="tee", title="Tee", sizes=("s",))
    product.media_links.all().delete()
    return product


def photo(color="navy"):
    out = io.BytesIO()
    Image.new("RGB", (40, 50), color).save(out, "PNG")
    return 200, {}, out.getvalue()


def shown(product):
    links = ProductMedia.objects.filter(product=product).order_by("position")
    return list(links.values_list("media__asset_id", flat=True))


def refused(url):
    with pytest.raises(NotFetched) as error:
        fetch(url)
    return error.value.reason


def test_picture_comes_after_the_import_and_stands_in_its_place(server, tee):
    server.answers = {"/a.png": photo(), "/b.png": photo("red")}
    held = MediaFactory(file="uploads/held.jpg")
    cell = f"{HOST}/a.png|uploads/held.jpg|{HOST}/b.png"
    batch = applied(("sku", "media"), ("TEE-NAVY-S", cell))
    assert shown(tee) == [held.asset_id]
    assert not server.asked
    assert pictures.fetch_waiting(batch.pk) == 2
    first, second, _third = shown(tee)
    assert second == held.asset_id
    assert Media.objects.get(asset_id=first).alt_text == "Tee"
    assert tee.media_links.get(is_primary=True).media.asset_id == first
    assert pictures.told(batch)["fetched"] == pictures.told(batch)["total"] == 2


def test_same_file_again_changes_nothing_and_asks_nobody(server, tee):
    server.answers = {"/a.png": photo()}
    rows = (("sku", "media"), ("TEE-NAVY-S", f"{HOST}/a.png"))
    pictures.fetch_waiting(applied(*rows).pk)
    assert counts(checked(*rows)) == (0, 0, 1, 0)
    assert len(server.asked) == 1


def test_address_of_another_host_is_an_error_of_the_row(tee):
    batch = checked(("sku", "media"), ("TEE-NAVY-S", "https://elsewhere.example/a.png"))
    reason = "there is no picture https://elsewhere.example/a.png"
    assert problems(batch) == [(2, "media", reason)]


def test_picture_that_cannot_be_used_is_told_with_its_line(server, tee):
    server.answers = {"/a.png": (200, {}, b"<svg/>")}
    batch = applied(("sku", "media"), ("TEE-NAVY-S", f"{HOST}/a.png|{HOST}/gone.png"))
    assert pictures.fetch_waiting(batch.pk) == 0
    told = [(row.line, row.problem) for row in pictures.told(batch)["problems"]]
    assert told == [(2, "is no picture that can be used"), (2, "the server answers 404")]
    assert not shown(tee)


def test_server_that_is_away_is_tried_three_times(server, tee):
    server.answers = {"/a.png": (503, {}, b"")}
    batch = applied(("sku", "media"), ("TEE-NAVY-S", f"{HOST}/a.png"))
    for _ in range(pictures.MOST_TRIES):
        assert ImportPicture.objects.get().status == "WAITING"
        pictures.fetch_waiting(batch.pk)
    assert ImportPicture.objects.get().status == "FAILED"


def test_reverted_import_fetches_nothing_more(server, tee):
    server.answers = {"/a.png": photo()}
    batch = applied(("sku", "media"), ("TEE-NAVY-S", f"{HOST}/a.png"))
    reverted(batch)
    assert pictures.fetch_waiting(batch.pk) == 0
    assert not server.asked
    assert not shown(tee)


def test_picture_that_comes_during_a_revert_is_left_out(server, tee):
    server.answers = {"/a.png": photo()}
    batch = applied(("sku", "media"), ("TEE-NAVY-S", f"{HOST}/a.png"))
    ImportBatch.objects.filter(pk=batch.pk).update(status="REVERTING")
    assert pictures.fetch_waiting(batch.pk) == 0
    assert not shown(tee)


def test_picture_of_a_withdrawn_product_is_not_fetched(server, tee):
    batch = applied(("sku", "media"), ("TEE-NAVY-S", f"{HOST}/a.png"))
    Product.objects.get(slug="tee").soft_delete()
    pictures.fetch_waiting(batch.pk)
    assert ImportPicture.objects.get().problem == "the product is gone"
    assert not server.asked


def test_redirect_is_not_followed(server):
    server.answers = {"/a.png": (302, {"Location": "/b.png"}, b""), "/b.png": photo()}
    assert refused(f"{HOST}/a.png") == "the server answers 302"
    assert [path for path, _host in server.asked] == ["/a.png"]


@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(10**9)}])
def test_huge_body_is_refused(server, headers, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", 200_000)
    server.answers = {"/a.png": (200, headers, b"x" * 300_000)}
    assert refused(f"{HOST}/a.png").startswith("is larger than")


def test_server_that_drips_is_left(server, monkeypatch):
    monkeypatch.setattr(fetching, "WHOLE_SECONDS", 0.2)
    stop = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.05):
            handler.wfile.write(b"x")

    monkeypatch.setattr(server.RequestHandlerClass, "do_GET", drip)
    try:
        assert refused(f"{HOST}/a.png") == "the server does not answer"
    finally:
        stop.set()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "[::1]", "10.0.0.1", "localhost", "0"],
)
def test_host_that_is_not_on_the_public_net_is_refused(settings, host):
    settings.IMPORT_MEDIA_HOSTS = [host.strip("[]")]
    assert refused(f"https://{host}/a.png") == "the host is not on the public net"


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example.com/a.png",
        "https://pictures.example.com:8000/a.png",
        "https://me@pictures.example.com/a.png",
        "https://pictures.example.com.evil.example/a.png",
        "https://pictures.example.com\\@evil.example/a.png",
        "https://pictures.example.com/a b.png",
        "https://[pictures.example.com/a.png",
    ],
)
def test_address_that_means_something_else_is_refused(url):
    assert not fetching.is_allowed(url)


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("nonsense", False),
    ],
)
def test_public_addresses_are_told_from_all_others(address, is_one):
    assert is_public(address) is is_one
