"""An attacker's evening: what somebody with a browser and patience tries against accounts."""

import re
from contextlib import contextmanager
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shop.accounts.letters.about_sign_in import reset_path
from shop.accounts.models import Tries, User
from shop.accounts.names import validate_public_name
from shop.accounts.tests.signing_in import (
    EMAIL,
    PASSWORD,
    is_signed_in,
    letters,
    path_in,
    person,
    sign_in,
)

pytestmark = pytest.mark.django_db

NOBODY = "nobody@example.com"
BETTER = "a-better-one-31"


@pytest.fixture
def mara():
    return person()


@contextmanager
def work():
    """Counts statements, and slow hashes, of what happens inside."""
    spent = {}
    encode = BCryptSHA256PasswordHasher.encode
    with (
        mock.patch.object(BCryptSHA256PasswordHasher, "encode", autospec=True) as hashed,
        CaptureQueriesContext(connection) as statements,
    ):
        hashed.side_effect = encode
        yield spent
    spent["hashes"] = hashed.call_count
    spent["statements"] = [re.split(r"[ \"]+", one["sql"].strip())[0] for one in statements]


def cost_of(name, form):
    """What one post costs, and its answer."""
    client = Client()
    client.get(reverse(name))
    Tries.objects.all().delete()
    with work() as spent:
        answer = client.post(reverse(name), form)
    return spent, answer


def test_sign_in_costs_the_same_whoever_it_is_for(mara):
    person("sue@example.com", status=User.Status.SUSPENDED)
    person("key@example.com", password=None)
    wrong = {"password": "not-the-password"}
    known, answer = cost_of("account_login", wrong | {"login": EMAIL})
    assert known["hashes"] == 1
    for login in (NOBODY, "sue@example.com", "key@example.com"):
        other, other_answer = cost_of("account_login", wrong | {"login": login})
        assert other == known
        assert other_answer.status_code == answer.status_code == 422
    suspended, _answer = cost_of(
        "account_login", {"login": "sue@example.com", "password": PASSWORD}
    )
    assert suspended == known


def test_sign_up_costs_the_same_for_a_known_address(mara):
    known, to_known = cost_of("account_signup", {"email": EMAIL, "password1": BETTER})
    fresh, to_fresh = cost_of("account_signup", {"email": NOBODY, "password1": BETTER})
    assert known["hashes"] == fresh["hashes"] == 1
    parts = ("SAVEPOINT", "RELEASE", "ROLLBACK")
    reads_and_writes = [
        sorted(one for one in each["statements"] if one not in parts) for each in (known, fresh)
    ]
    assert reads_and_writes[0] == reads_and_writes[1]
    assert (to_known.status_code, to_known["Location"]) == (302, to_fresh["Location"])
    assert User.objects.count() == 2


def test_asking_for_a_new_password_costs_the_same_for_an_unknown_address(mara):
    known, to_known = cost_of("account_reset_password", {"email": EMAIL})
    unknown, to_unknown = cost_of("account_reset_password", {"email": NOBODY})
    assert known == unknown
    assert to_known["Location"] == to_unknown["Location"]


def test_asking_for_a_code_costs_the_same_for_an_unknown_address(mara):
    known, to_known = cost_of("account_request_login_code", {"email": EMAIL})
    unknown, to_unknown = cost_of("account_request_login_code", {"email": NOBODY})
    assert known == unknown
    assert to_known["Location"] == to_unknown["Location"]


def test_pages_after_sign_in_differ_in_nothing(mara):
    form = {"password": "not-the-password"}
    pages = [
        cost_of("account_login", form | {"login": login})[1].content.decode()
        for login in (EMAIL, "nara@example.com")
    ]
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    known, unknown = (token.sub("", page) for page in pages)
    assert known == unknown.replace("nara@", "mara@")


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_SERVER"])
def test_a_proxys_word_about_the_host_does_not_reach_letters(client, mara, header):
    client.post(reverse("account_reset_password"), {"email": EMAIL}, **{header: "evil.example"})
    (letter,) = letters()
    assert "evil.example" not in letter.body
    assert reset_path(mara).partition("/key/")[0] in letter.body


def test_request_for_another_host_is_refused(client, mara):
    url = reverse("account_reset_password")
    assert client.post(url, {"email": EMAIL}, HTTP_HOST="evil.example").status_code == 400
    assert not letters()


def test_links_lead_to_the_shop_even_where_every_host_is_allowed(client, mara, settings):
    settings.ALLOWED_HOSTS = ["*"]
    for name in ("account_reset_password", "account_request_login_code", "account_signup"):
        form = {"email": EMAIL, "password1": BETTER}
        client.post(reverse(name), form, HTTP_HOST="evil.example")
    assert len(letters()) == 3
    assert not [one for one in letters() if "evil.example" in one.body + str(one.alternatives)]


@pytest.mark.parametrize(
    "lookalike",
    [
        "\u212aim@example.com",  # the Kelvin sign, a k without case
        "ki\u1d50@example.com",  # a small raised m
        "\uff4bim@example.com",  # a wide k
        "k\u0131m@example.com",  # an i without a dot
        "kim@ex\u0430mple.com\u200b",  # an invisible space
        "kim@\uff45xample.com",
    ],
)
@pytest.mark.parametrize("name", ["account_reset_password", "account_request_login_code"])
def test_lookalike_of_an_address_reaches_nobody(client, lookalike, name):
    person("kim@example.com")
    client.post(reverse(name), {"email": lookalike})
    assert not [one for one in letters() if one.to != [lookalike] and "code" in one.subject]
    assert "kim@example.com" not in {to for one in letters() for to in one.to}


def test_letters_go_to_the_stored_address_and_not_to_the_typed_one(client):
    person("Kim@Example.com")
    client.post(reverse("account_reset_password"), {"email": "KIM@example.com"})
    assert letters()[0].to == ["Kim@Example.com"]


@pytest.mark.parametrize(
    "name",
    [
        "Selvedge",
        "Selvedge Support",
        "S\u0435lv\u0435dg\u0435",
        "sel-vedge",
        "\uff33elvedge",
        "Admin",
        "4dmin",
        "Support Team",
        "Mara\u202e",
        "M\u0430ra",
    ],
)
def test_nobody_calls_themselves_like_the_people_of_the_shop(name):
    with pytest.raises(ValidationError):
        validate_public_name(name)


@pytest.mark.parametrize("name", ["Mara", "Zoë-Ann", "Анна", "Ayşe Gül", "knitter82", "Adminta"])
def test_names_of_people_are_fine(name):
    validate_public_name(name)


ELSEWHERE = [
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "http:///evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "///evil.example",
    "\x00//evil.example",
    "http://testserver@evil.example/",
    "http://evil.example#testserver",
    "//testserver.evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client, mara, target):
    assert sign_in(client, next=target)["Location"] == "/"


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize(
    "name", ["account_signup", "account_request_login_code", "account_reset_password"]
)
def test_no_page_leads_elsewhere(client, mara, name, target):
    form = {"email": NOBODY, "password1": BETTER, "next": target}
    answer = client.post(f"{reverse(name)}?next=//evil.example", form)
    assert answer["Location"].startswith("/account/")
    signed_in = Client()
    signed_in.force_login(mara)
    away = signed_in.get(reverse("account_login"), {"next": target})
    assert away["Location"] == "/"


def test_sign_up_takes_address_and_password_only(client):
    form = {"email": NOBODY, "password1": BETTER, "is_staff": "1", "is_superuser": "1"}
    form |= {"status": "ACTIVE", "verified": "1", "email_verified": "1", "username": "boss"}
    form |= {"groups": "1", "user_permissions": "1", "id": "1", "deleted_at": "", "password": "x"}
    client.post(reverse("account_signup"), form)
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.groups.exists()) == (False, False, False)
    assert user.username.startswith("customer-")
    assert not EmailAddress.objects.get().verified
    assert not is_signed_in(client)


def test_account_forms_take_no_rights(client, mara):
    client.force_login(mara)
    form = {"is_staff": "1", "is_superuser": "1", "status": "ACTIVE", "user": "1", "verified": "1"}
    client.post(
        reverse("account_change_password"),
        form | {"oldpassword": PASSWORD, "password1": BETTER, "email": "thief@evil.example"},
    )
    mara.refresh_from_db()
    assert (mara.is_staff, mara.is_superuser, mara.email) == (False, False, EMAIL)


def test_link_for_a_password_works_once_and_for_one_person(client, mara):
    ben = person("ben@example.com")
    link = reset_path(mara)
    page = client.get(link, follow=True).request["PATH_INFO"]
    client.post(page, {"password1": BETTER})
    again = Client()
    assert "no longer works" in again.get(link, follow=True).content.decode()
    of_ben = reset_path(ben).rpartition("key/")
    swapped = of_ben[0] + of_ben[1] + of_ben[2].split("-")[0] + "-" + link.split("-", 1)[1]
    assert "no longer works" in again.get(swapped, follow=True).content.decode()


def test_link_for_a_password_ends_when_it_or_the_address_changes(mara):
    before = reset_path(mara)
    mara.email = "mara@new.example"
    mara.save()
    assert "no longer works" in Client().get(before, follow=True).content.decode()


def test_link_that_was_opened_in_one_browser_opens_no_form_in_another(client, mara):
    form_page = client.get(reset_path(mara), follow=True).request["PATH_INFO"]
    thief = Client()
    thief.post(form_page, {"password1": "thief-has-a-plan-7"})
    mara.refresh_from_db()
    assert mara.check_password(PASSWORD)


def test_confirmation_is_of_one_address(client):
    client.post(reverse("account_signup"), {"email": NOBODY, "password1": BETTER})
    link = path_in(letters()[0])
    other = Client()
    other.post(reverse("account_signup"), {"email": EMAIL, "password1": BETTER})
    Client().post(link)
    Client().post(link)
    proven = EmailAddress.objects.filter(verified=True).values_list("email", flat=True)
    assert list(proven) == [NOBODY]


def test_confirming_in_another_browser_signs_nobody_in(client):
    client.post(reverse("account_signup"), {"email": NOBODY, "password1": BETTER})
    thief = Client()
    thief.post(path_in(letters()[0]))
    assert not is_signed_in(thief)


@pytest.mark.parametrize("token", ["x", "x:y:z", "W10:1:1", "null"])
def test_forged_links_open_nothing(client, token):
    assert client.post(reverse("accounts:email_undo", args=[token])).status_code == 410
    assert client.post(reverse("account_confirm_email", args=[token])).status_code == 404


def test_session_of_the_attacker_is_not_the_victims(mara):
    thief = Client()
    thief.get(reverse("account_login"))
    session = thief.session
    session["planted"] = True
    session.save()
    victim = Client()
    victim.cookies["sessionid"] = session.session_key
    sign_in(victim)
    assert is_signed_in(victim)
    assert not is_signed_in(thief)
