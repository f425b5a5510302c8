"""Second factors: the app, recovery codes, and the step after the password."""

from datetime import UTC, datetime

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from audit.models import SecurityEvent
from shop.accounts.factors import codes, held, recovery
from shop.accounts.factors.errors import LastFactor, LastWayIn, WrongCode
from shop.accounts.factors.sealing import InvalidToken, open_sealed, seal
from shop.accounts.models import Letter
from shop.accounts.tests.proving import (
    code_now,
    factors_of,
    give_app,
    give_codes,
    person,
    proven,
    type_password,
    wrong_code,
)

pytestmark = pytest.mark.django_db

Kind = SecurityEvent.Kind
APP = "/account/security/authenticator/"
CODES = "/account/security/codes/"
SECOND_STEP = "/account/login/second-step/"
MIDDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def enter(client, code):
    return client.post(SECOND_STEP, {"way": "code", "code": code})


def kinds_noted(user):
    noted = SecurityEvent.objects.filter(user=user, kind__in=[Kind.FACTOR_ADDED, Kind.CODES_MADE])
    return sorted(noted.values_list("kind", flat=True))


def set_up(client):
    """Walk through the page of the app; returns the answer."""
    secret = client.get(APP).context["secret"].replace(" ", "")
    return client.post(APP, {"code": code_now(secret), "next": "/cart/"})


def test_the_app_is_set_up_with_codes_an_event_and_a_letter():
    user = person()
    client = proven(user)
    assert set_up(client)["Location"] == f"{CODES}?next=%2Fcart%2F"
    assert factors_of(user) == ["recovery_codes", "totp"]
    assert kinds_noted(user) == [Kind.CODES_MADE, Kind.FACTOR_ADDED]
    assert Letter.objects.filter(user=user).count() == 1


def test_the_picture_holds_the_secret_and_no_style():
    page = proven(person()).get(APP)
    text = page.content.decode()
    assert page.context["secret"] in text
    assert "<svg" in text
    assert " style=" not in text


def test_a_code_that_does_not_fit_sets_nothing_up():
    user = person()
    client = proven(user)
    secret = client.get(APP).context["secret"].replace(" ", "")
    assert client.post(APP, {"code": wrong_code(secret)}).status_code == 422
    assert factors_of(user) == []


def test_the_secrets_lie_encrypted(settings):
    user = person()
    client = proven(user)
    secret = client.get(APP).context["secret"].replace(" ", "")
    client.post(APP, {"code": code_now(secret)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        stored = "".join(text for (text,) in cursor.fetchall())
    assert secret not in stored
    assert secret not in str(dict(client.session))
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert len(open_sealed(seed)) == 80
    settings.FACTOR_KEYS = ["another key"]
    with pytest.raises(InvalidToken):
        open_sealed(seed)


def test_a_new_key_seals_and_the_old_one_still_reads(settings):
    settings.FACTOR_KEYS = ["old"]
    sealed = seal("word")
    settings.FACTOR_KEYS = ["new", "old"]
    assert open_sealed(sealed) == "word"
    newer = seal("word")
    settings.FACTOR_KEYS = ["new"]
    assert open_sealed(newer) == "word"


def test_moving_to_another_phone_puts_the_new_secret_in_the_place_of_the_old():
    user = person()
    old = give_app(user)
    assert set_up(proven(user)).status_code == 303
    assert factors_of(user) == ["recovery_codes", "totp"]
    with pytest.raises(WrongCode):
        codes.accept(user, code_now(old))


def test_a_password_alone_does_not_sign_in_who_has_an_app():
    user, client = person(), Client()
    give_app(user)
    assert type_password(client, user, "/cart/")["Location"] == SECOND_STEP
    assert not is_signed_in(client)


def test_the_code_completes_it_and_leads_on():
    user, client = person(), Client()
    secret = give_app(user)
    type_password(client, user, "/cart/")
    assert enter(client, code_now(secret))["Location"] == "/cart/"
    assert is_signed_in(client)


def test_the_second_step_alone_opens_nothing():
    user, client = person(), Client()
    assert enter(client, code_now(give_app(user)))["Location"] == "/account/login/"
    assert not is_signed_in(client)


def test_a_code_of_the_app_works_once():
    user, secret = (owner := person()), give_app(owner)
    code = code_now(secret)
    for is_let_in in (True, False):
        client = Client()
        type_password(client, user)
        enter(client, code)
        assert is_signed_in(client) is is_let_in
    with pytest.raises(WrongCode):
        codes.accept(user, code_now(secret, -1))


def test_the_code_that_set_the_app_up_signs_nobody_in():
    user = person()
    client = proven(user)
    secret = client.get(APP).context["secret"].replace(" ", "")
    code = code_now(secret)
    client.post(APP, {"code": code})
    with pytest.raises(WrongCode):
        codes.accept(user, code)


def test_clocks_may_differ_by_half_a_minute_and_no_more():
    # One whose codes around that midday are five: a random one may show the same code twice.
    secret = "JBSWY3DPEHPK3PXP"
    with time_machine.travel(MIDDAY, tick=False):
        near = [codes.app_step(secret, code_now(secret, steps)) for steps in (-1, 0, 1)]
        far = [codes.app_step(secret, code_now(secret, steps)) for steps in (-2, 2)]
    assert None not in near
    assert far == [None, None]


def test_a_recovery_code_works_once_and_is_noted():
    user = person()
    give_app(user)
    code = give_codes(user)[3]
    for is_let_in in (True, False):
        client = Client()
        type_password(client, user)
        enter(client, f"{code[:4]} {code[4:]}")
        assert is_signed_in(client) is is_let_in
    assert SecurityEvent.objects.filter(user=user, kind=Kind.CODE_USED).count() == 1
    assert held.held_by(user).codes_left == 9


def test_guessing_codes_is_slowed_down_and_right_ones_wait_too():
    user, client = person(), Client()
    secret = give_app(user)
    type_password(client, user)
    statuses = [enter(client, wrong_code(secret)).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert enter(client, code_now(secret)).status_code == 429
    assert not is_signed_in(client)
    assert SecurityEvent.objects.filter(user=user, kind=Kind.LOCKED_OUT).count() == 1


def test_a_second_step_that_was_canceled_starts_again():
    user, client = person(), Client()
    secret = give_app(user)
    type_password(client, user)
    assert client.post(SECOND_STEP, {"cancel": ""})["Location"] == "/account/login/"
    enter(client, code_now(secret))
    assert not is_signed_in(client)


def test_who_was_suspended_in_between_is_not_let_in():
    user, client = person(), Client()
    secret = give_app(user)
    type_password(client, user)
    user.status = "SUSPENDED"
    user.save()
    enter(client, code_now(secret))
    assert not is_signed_in(client)


def test_nobody_is_led_out_of_the_shop_by_signing_in():
    user, client = person(), Client()
    secret = give_app(user)
    type_password(client, user, "https://evil.example/")
    assert enter(client, code_now(secret))["Location"] == "/"


def test_new_codes_are_shown_once_in_the_session_that_made_them():
    user = person()
    client = proven(user)
    set_up(client)
    shown = client.get(CODES).context["codes"]
    assert len(shown) == 10
    assert shown[0] in client.get(f"{CODES}file/").content.decode()
    assert proven(user).get(CODES).context["codes"] == []
    assert client.post(CODES, {"kept": "", "next": "/cart/"})["Location"] == "/cart/"
    assert client.get(CODES).context["codes"] == []
    assert client.get(f"{CODES}file/").status_code == 404


def test_new_codes_are_not_shown_for_long():
    client = proven(person())
    set_up(client)
    session = client.session
    session["recovery_codes_shown"][1] -= recovery.SHOWN_SECONDS + 1
    session.save()
    assert client.get(CODES).context["codes"] == []


def test_new_codes_end_the_old_ones_and_the_owner_is_told():
    user = person()
    give_app(user)
    old = give_codes(user)
    client = proven(user)
    client.post(CODES)
    assert len(client.get(CODES).context["codes"]) == 10
    with pytest.raises(WrongCode):
        codes.accept(user, old[0])
    assert Letter.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("way", ["add", "remove", "codes"])
def test_no_factor_comes_or_goes_without_a_letter(way):
    user = person()
    client = proven(user)
    if way == "add":
        secret = client.get(APP).context["secret"].replace(" ", "")
        page, form = APP, {"code": code_now(secret)}
    else:
        give_app(user)
        give_codes(user)
        page, form = (f"{APP}remove/" if way == "remove" else CODES), {}
    before = list(Authenticator.objects.order_by("pk").values_list("pk", "data"))

    def die(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "accounts_letter"'):
            raise ConnectionError
        return execute(sql, params, many, context)

    with pytest.raises(ConnectionError), connection.execute_wrapper(die):
        client.post(page, form)
    assert list(Authenticator.objects.order_by("pk").values_list("pk", "data")) == before
    noted = (Kind.FACTOR_ADDED, Kind.FACTOR_REMOVED, Kind.CODES_MADE)
    assert not SecurityEvent.objects.filter(kind__in=noted).exists()


def test_codes_without_a_factor_are_not_made():
    user = person()
    proven(user).post(CODES)
    assert factors_of(user) == []


def test_the_last_factor_takes_the_codes_along_and_the_owner_is_told():
    user = person()
    give_app(user)
    give_codes(user)
    proven(user).post(f"{APP}remove/")
    assert factors_of(user) == []
    assert SecurityEvent.objects.filter(user=user, kind=Kind.FACTOR_REMOVED).count() == 1
    assert Letter.objects.filter(user=user).count() == 1


def test_who_works_here_keeps_the_last_factor(settings):
    settings.STAFF_SECOND_FACTOR = True
    user = person(is_staff=True)
    give_app(user)
    response = proven(user).post(f"{APP}remove/")
    assert (response.status_code, factors_of(user)) == (422, ["totp"])
    with pytest.raises(LastFactor):
        held.remove(Authenticator.objects.get())


def passkey(user, name="Phone"):
    """A passkey nobody holds."""
    data = {"name": name, "credential": {}}
    return Authenticator.objects.create(user=user, type="webauthn", data=data)


def test_the_last_way_to_sign_in_stays():
    user = person()
    user.set_unusable_password()
    user.save()
    only = passkey(user)
    with pytest.raises(LastWayIn):
        held.remove(only)
    passkey(user)
    held.remove(only)
    assert factors_of(user) == ["webauthn"]


def test_passkeys_of_somebody_else_are_not_there():
    theirs = passkey(person("other@example.com"))
    client = proven(person())
    for act in ("name", "remove"):
        page = f"/account/security/passkeys/{theirs.pk}/{act}/"
        assert client.get(page).status_code == 404
        assert client.post(page, {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "Phone"


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"id": 1}',
        "[" * 19_000,
        '{"rawId": "AA", "response": {}}',
        '{"rawId": "AA", "response": {"clientDataJSON": "e30", "authenticatorData": "AA", '
        '"signature": "AA", "userHandle": "AA"}}',
        '{"rawId": "AA", "response": {"clientDataJSON": "e30", "attestationObject": "gYGBgYGB"}}',
    ],
)
def test_made_up_passkeys_open_nothing(credential):
    client = Client()
    client.post("/account/login/passkey/challenge/")
    response = client.post("/account/login/passkey/", {"credential": credential})
    assert response["Location"] == "/account/login/"
    assert not is_signed_in(client)
    user = person()
    member = proven(user)
    member.post("/account/security/passkeys/options/")
    form = {"name": "Phone", "credential": credential}
    assert member.post("/account/security/passkeys/add/", form).status_code == 422
    assert factors_of(user) == []


def test_a_challenge_is_for_one_try():
    client = Client()
    client.post("/account/login/passkey/challenge/")
    assert client.session["passkey_challenge"][0] == "use"
    client.post("/account/login/passkey/", {"credential": "{}"})
    assert "passkey_challenge" not in client.session


def test_a_stranger_is_not_told_which_passkeys_an_account_has():
    passkey(person())
    answer = Client().post("/account/login/passkey/challenge/").json()["publicKey"]
    assert "allowCredentials" not in answer
    assert answer["userVerification"] == "required"


def test_the_security_page_lists_what_there_is():
    user = person()
    give_app(user)
    text = proven(user).get("/account/security/").content.decode()
    assert "Move to another phone" in text
    assert "0 codes are left" in text
