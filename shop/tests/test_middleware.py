import json
import logging
import logging.config
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from shop.actor import Actor, ActorType, acting_as, actor_of, client_ip, current_actor
from shop.logs import PathFilter, logging_settings, mask_secrets
from shop.middleware import private_page


def who(request):
    if "ask" in request.GET:
        actor = current_actor()
        return HttpResponse(f"{actor.type} {actor.ip} {actor.request_id} {actor.user_agent}")
    return HttpResponse("ok")


@private_page
def account(request, number):
    return HttpResponse(number)


def broken(request, secret):
    raise LookupError


urlpatterns = [
    path("who/", who),
    path("account/<str:number>/", account),
    path("order/<str:secret>/", broken),
    path("text/", lambda request: HttpResponse("x", content_type="text/plain")),
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def lines():
    """What production writes to the log, as decoded JSON."""
    kept = []
    config = logging_settings(json=True)
    formatter = config["formatters"]["structured"] | {}
    handler = logging.Handler()
    handler.setFormatter(
        formatter.pop("()")(
            foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"]
        )
    )
    handler.addFilter(PathFilter())
    handler.emit = lambda record: kept.append(json.loads(handler.format(record)))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_request_gets_an_id_that_answer_and_log_share(client, lines):
    response = client.get("/who/?email=someone@example.com")
    request_id = response["X-Request-ID"]
    assert uuid.UUID(request_id).version == 7
    line = next(line for line in lines if line["event"] == "request")
    assert (line["request_id"], line["route"], line["status"]) == (request_id, "who/", 200)


def test_a_proper_id_from_the_proxy_is_kept(client):
    assert client.get("/who/", headers={"X-Request-ID": "edge-12345"})["X-Request-ID"] == (
        "edge-12345"
    )


@pytest.mark.parametrize("sent", ["short", "a" * 65, "white space", "<script>1", "ünïcode1"])
def test_an_odd_id_from_outside_is_replaced(client, sent):
    assert client.get("/who/", headers={"X-Request-ID": sent})["X-Request-ID"] != sent


def test_a_secret_in_a_path_stays_out_of_the_log(client, lines):
    client.raise_request_exception = False
    assert client.get("/order/hidden-number/").status_code == 500
    assert {line["event"] for line in lines} == {"Internal Server Error", "request"}
    assert "hidden-number" not in json.dumps(lines)


def test_pages_say_that_fragments_differ_and_belong_to_this_site(client):
    page = client.get("/who/")
    assert page["Cross-Origin-Resource-Policy"] == "same-origin"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" not in client.get("/text/").get("Vary", "")


def test_pages_say_what_they_may_load(client, settings):
    page = client.get("/who/")
    told = dict(part.split(maxsplit=1) for part in page["Content-Security-Policy"].split("; "))
    wanted = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert told == {name: " ".join(sources) for name, sources in wanted.items()}


@pytest.mark.urls("shop.urls")
def test_headers_stand_on_errors_too(client, db):
    page = client.get("/nowhere/")
    assert page.status_code == 404
    for name in (
        "Content-Security-Policy",
        "Cross-Origin-Resource-Policy",
        "X-Content-Type-Options",
        "X-Request-ID",
    ):
        assert name in page


def test_a_private_page_is_stored_nowhere(client):
    assert client.get("/account/1/")["Cache-Control"] == "private, no-store"


def test_a_visitor_acts_with_address_and_browser_but_no_query(client):
    answer = client.get("/who/?ask", headers={"User-Agent": "Mozilla", "X-Request-ID": "edge-123"})
    assert answer.content.decode() == "VISITOR 127.0.0.1 edge-123 Mozilla"


def test_who_is_signed_in_is_read_only_when_someone_asks(client, db, django_assert_num_queries):
    client.force_login(get_user_model().objects.create())
    with django_assert_num_queries(0):
        client.get("/who/")
    with django_assert_num_queries(2):
        assert client.get("/who/?ask").content.decode().startswith("CUSTOMER ")


def test_outside_requests_the_system_acts_unless_told_otherwise():
    assert current_actor() == Actor(type=ActorType.SYSTEM)
    job = Actor(type=ActorType.STAFF, user_id=uuid.uuid4())
    with acting_as(job):
        assert current_actor() is job
    assert current_actor().type == ActorType.SYSTEM


def test_the_actor_of_a_request_ends_with_it(client):
    client.get("/who/?ask")
    assert current_actor() == Actor()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "<script>", None),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_ip(request) == address


def test_a_browser_that_talks_too_much_is_cut_short():
    request = RequestFactory().get("/", headers={"User-Agent": "x" * 9000})
    assert len(actor_of(request).user_agent) == 300


def test_secrets_and_personal_data_are_masked():
    event = mask_secrets(
        None,
        "info",
        {
            "event": "card 4242 4242 4242 4242 of ada@example.com",
            "password": "x",
            "data": {"cvc": "123", "Authorization": "Bearer x", "items": ["ada@example.com", 4990]},
            "request_id": "0193a1f2-7a3b-7c11-8123-123456789012",
        },
    )
    assert event == {
        "event": "card *** of ***",
        "password": "***",
        "data": {"cvc": "***", "Authorization": "***", "items": ["***", 4990]},
        "request_id": "0193a1f2-7a3b-7c11-8123-123456789012",
    }


def test_a_traceback_shows_neither_values_nor_addresses(lines):
    password = "hunter2-in-a-local"  # noqa: F841
    try:
        raise ValueError("Key (email)=(ada@example.com) already exists")
    except ValueError:
        logging.getLogger("orders").exception("refused")
    line = json.dumps(lines[-1])
    assert "ValueError" in line
    assert "ada@example.com" not in line
    assert 'hunter2-in-a-local"' not in lines[-1]["exception"].replace("password = ", "")


@pytest.mark.parametrize("json_lines", [True, False])
def test_the_settings_for_logging_are_accepted(json_lines):
    logging.config.DictConfigurator(logging_settings(json=json_lines) | {"incremental": False})
