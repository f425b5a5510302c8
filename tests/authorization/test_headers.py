"""Headers of errors, files and redirects; those of all routes are looked at in the matrix."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.http import HttpResponse
from django.test import Client

from shop.accounts.tests.signing_in import person, sign_in
from shop.middleware import SecurityHeadersMiddleware
from tests.authorization.headers import faults

pytestmark = pytest.mark.django_db


@pytest.mark.urls("tests.authorization.error_urls")
@pytest.mark.parametrize(
    ("status", "address"),
    [
        (400, "/t/400/"),
        (404, "/nothing-like-it/"),
        (405, "/cart/add/"),
        (429, "/t/429/"),
        (500, "/t/500/"),
        (503, "/t/503/"),
        (302, "/account/"),
        (301, "/cart"),
        (404, "/media/nothing.png"),
        (200, "/static/img/favicon.svg"),
        (200, "/health/live"),
        (200, "/robots.txt"),
    ],
)
def test_errors_files_and_redirects_carry_the_same_headers(status, address):
    response = Client(raise_request_exception=False).get(address)
    assert (response.status_code, faults(response)) == (status, [])


def test_a_form_without_its_token_and_a_letter_that_is_too_long_as_well():
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/account/login/", {})
    assert (refused.status_code, faults(refused)) == (403, [])
    long = Client().generic("POST", "/webhooks/sandbox/", b"x" * (256 * 1024 + 1))
    assert (long.status_code, faults(long)) == (413, [])
    strange = Client(headers={"host": "evil.example"}).get("/")
    assert (strange.status_code, faults(strange)) == (400, [])


def test_the_rule_finds_a_policy_that_is_too_loose():
    middleware = SecurityHeadersMiddleware(lambda _request: HttpResponse())
    answer = middleware(None)
    answer["Content-Security-Policy"] += "; script-src 'self' 'unsafe-inline'"
    found = faults(answer)
    assert "CSP script-src: 'unsafe-inline'" in found
    assert any(fault.startswith("X-Content-Type-Options") for fault in found)


def test_over_https_browsers_are_told_to_stay_there(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/", secure=True)
    told = "max-age=31536000; includeSubDomains; preload"
    assert response["Strict-Transport-Security"] == told
    assert Client().get("/cart/")["Location"].startswith("https://")


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts():
    person()
    client = Client()
    sign_in(client)
    cookie = client.cookies[configured.SESSION_COOKIE_NAME]
    assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")


def test_in_production_cookies_belong_to_this_host_over_https_alone():
    names = "SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY CSRF_COOKIE_HTTPONLY"
    script = f"""
import json
from django.conf import settings
from catalog.wishes import wishlist
from orders.carts import cart, saved
cookies = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME]
cookies += [wishlist.COOKIE, cart.COOKIE, saved.COOKIE]
print(json.dumps([cookies, [getattr(settings, name) for name in {names.split()!r}],
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT]))
"""
    found = subprocess.run(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{script}"],
        cwd=configured.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "DEBUG": "0",
            "SECRET_KEY": "k" * 60,
            "ALLOWED_HOSTS": "shop.example",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    cookies, flags, seconds, redirects = json.loads(found.stdout.splitlines()[-1])
    assert all(name.startswith("__Host-") for name in cookies), cookies
    assert all(flags)
    assert seconds >= 31_536_000
    assert redirects
