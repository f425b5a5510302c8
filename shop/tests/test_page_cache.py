from collections import Counter

import pytest
from django.http import HttpResponse
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CsrfViewMiddleware, RejectRequest
from django.test import RequestFactory

from shop.making import Making, being_made, made_of
from shop.page_cache.csrf import random_characters, token_for
from shop.page_cache.keys import canonical_query, page_key
from shop.page_cache.parts import GAP, cut, mark_of


def key(path="/c/tops/", **extra):
    return page_key(RequestFactory().get(path, **extra))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("b=2&a=1", canonical_query("a=1&b=2")),
        ("a=2&a=1", canonical_query("a=2&a=1&utm_campaign=x&fbclid=y")),
        ("preview=1", None),
        ("a=1&" * 21, None),
        ("q=" + "x" * 400, None),
    ],
)
def test_a_query_is_told_by_what_changes_the_page(text, canonical):
    assert canonical_query(text) == canonical


def test_values_of_one_parameter_keep_their_order_and_stay_apart():
    assert canonical_query("a=1&a=2") != canonical_query("a=2&a=1")
    assert canonical_query("a=1%26b=2") != canonical_query("a=1&b=2")


def test_requests_for_different_pages_have_different_keys():
    asked = [
        key(),
        key(HTTP_HOST="127.0.0.1"),
        key(secure=True),
        key("/c/tops/?page=2"),
        key("/c/tops"),
        key(HTTP_HX_REQUEST="true", HTTP_HX_TARGET="results"),
        key(HTTP_HX_REQUEST="true", HTTP_HX_TARGET="product-grid"),
        key(HTTP_COOKIE="theme=dark"),
    ]
    assert None not in asked
    assert len(set(asked)) == len(asked)


def test_requests_for_the_same_page_share_a_key():
    assert key() == key(HTTP_COOKIE="theme=pink; other=1") == key(HTTP_HX_TARGET="results")
    assert key() == key("/c/tops/?gclid=1", HTTP_USER_AGENT="curl")


@pytest.mark.parametrize(
    "extra",
    [
        {"HTTP_HOST": "stranger.example"},
        {"HTTP_AUTHORIZATION": "Bearer 1"},
        {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "x" * 100},
    ],
)
def test_what_cannot_be_shared_has_no_key(extra):
    assert key(**extra) is None
    assert page_key(RequestFactory().post("/c/tops/")) is None
    assert key("/admin/") is None


def test_a_page_gathers_what_it_is_made_of_and_nothing_outside():
    making = Making()
    made_of(("before", 1))
    with being_made(making):
        made_of(("inside", 1), ("inside", 2))
    made_of(("after", 1))
    assert making.versions == {("inside", 1), ("inside", 2)}


def test_marks_are_filled_for_each_visitor_and_those_of_other_pages_stay_text():
    making, other = Making(), Making()
    page = f"<a>{making.mark('tools')}</a>{other.mark('tools')}".encode()
    body = cut(HttpResponse(page).content, making.nonce)
    assert body.parts == ("tools",)
    filled = body.filled({"tools": b"3"})
    assert filled.replace(b"\n", b"") == f"<a>3</a>{other.mark('tools')}".encode()
    assert len(filled) == len(page) - len(making.mark("tools")) + GAP


def test_a_part_that_no_setting_names_is_a_loud_mistake():
    with pytest.raises(KeyError):
        mark_of("misspelled", Making())


def is_accepted(token, secret):
    """Whether Django takes a form with ``token`` from a browser with ``secret``."""
    request = RequestFactory().post("/", {"csrfmiddlewaretoken": token})
    request.COOKIES["csrftoken"] = secret
    middleware = CsrfViewMiddleware(lambda request: HttpResponse())
    middleware.process_request(request)
    try:
        middleware._check_token(request)
    except RejectRequest:
        return False
    return True


def test_a_token_is_one_that_django_accepts_from_this_visitor_only():
    request, other = RequestFactory().get("/"), RequestFactory().get("/")
    tokens = [token_for(request), token_for(request)]
    secret = request.META["CSRF_COOKIE"]
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"] is True
    assert [is_accepted(token, secret) for token in tokens] == [True, True]
    assert tokens[0] != tokens[1]
    assert not is_accepted(token_for(other), secret)


def test_no_character_of_a_secret_is_likelier_than_another():
    drawn = Counter("".join(random_characters() for _ in range(5_000)))
    assert set(drawn) == set(CSRF_ALLOWED_CHARS)
    mean = 5_000 * 32 / len(CSRF_ALLOWED_CHARS)
    assert all(abs(count - mean) < 0.15 * mean for count in drawn.values())
