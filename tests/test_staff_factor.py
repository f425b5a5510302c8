"""The back office opens only to a second factor, where the rule is on."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver, resolve, reverse
from django.urls.exceptions import NoReverseMatch

from audit.models import SecurityEvent
from shop.accounts.models import DataExport, ErasureRequest, Letter, User
from shop.accounts.privacy import copies
from shop.accounts.roles import PERMISSIONS, Role
from shop.accounts.tests.proving import (
    PASSWORD,
    code_now,
    factors_of,
    give_app,
    give_codes,
    prove,
    proven,
    type_password,
)
from tests.back_office import fields_of, signed_in, staff
from tests.test_environment import settings_with

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
SET_UP = "/account/security/set-up/"
STEP_UP = "/account/security/confirm/"
#: The way in leads on instead of showing anything, and so does the way out.
DOORS = {"admin:login", "admin:logout"}


@pytest.fixture(autouse=True)
def rule(settings):
    settings.STAFF_SECOND_FACTOR = True


def colleague(role=Role.ADMIN):
    person = staff(role, PASSWORD)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def names_below(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names_below(pattern, prefix)
        elif pattern.name:
            yield f"admin:{pattern.name}"


def admin_addresses():
    """One address for each name of the back office; arguments are made up."""
    (admin,) = (
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.namespace == "admin"
    )
    made_up = "018f2f2e-0000-7000-8000-000000000000"
    for name in set(names_below(admin)) - DOORS:
        for arguments in (
            [],
            [made_up],
            [made_up] * 2,
            [1],
            [1, 1],
            [made_up, 1],
            ["x"],
            ["x"] * 2,
        ):
            try:
                yield reverse(name, args=arguments)
            except NoReverseMatch:
                continue
            break
        else:
            yield reverse("admin:app_list", args=["accounts"])


def test_no_page_of_the_back_office_opens_without_a_second_factor():
    person = colleague()
    session = proven(person).session
    addresses = sorted(admin_addresses())
    assert len(addresses) > 150
    for address in addresses:
        for ask in (RequestFactory().get, RequestFactory().post):
            request = ask(address)
            request.user, request.session = person, session
            request._dont_enforce_csrf_checks = True
            match = resolve(address)
            response = match.func(request, *match.args, **match.kwargs)
            assert response.status_code == 302, address
            assert response["Location"].startswith(LOGIN), address


def test_without_a_factor_the_door_leads_to_setting_one_up_and_back():
    client = proven(colleague())
    door = client.get("/admin/orders/order/")["Location"]
    page = client.get(door)
    assert page["Location"] == f"{SET_UP}?next=%2Fadmin%2Forders%2Forder%2F"
    app = "/account/security/authenticator/"
    assert f"{app}?next=/admin/orders/order/" in client.get(page["Location"]).content.decode()
    secret = client.get(app).context["secret"].replace(" ", "")
    form = {"code": code_now(secret), "next": "/admin/orders/order/"}
    codes = client.post(app, form)["Location"]
    assert client.post(codes, {"kept": ""})["Location"] == "/admin/orders/order/"
    assert client.get("/admin/orders/order/").status_code == 200


def test_staff_sign_in_through_both_steps():
    person, client = colleague(), Client()
    secret = give_app(person)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/account/login/")
    second = type_password(client, person, "/admin/")
    assert client.get("/admin/").status_code == 302
    response = client.post(second["Location"], {"way": "code", "code": code_now(secret)})
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_session_from_before_is_asked_for_the_factor_and_a_password_is_not_enough():
    person = colleague()
    secret = give_app(person)
    client = proven(person)
    door = client.get("/admin/")["Location"]
    step = client.get(door)["Location"]
    assert step.startswith(STEP_UP)
    assert client.post(step, {"way": "password", "password": PASSWORD}).status_code == 422
    assert client.get("/admin/").status_code == 302
    back = client.post(step, {"way": "code", "code": code_now(secret)})
    assert back["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_proof_of_somebody_else_in_the_same_browser_does_not_count():
    person = colleague()
    client = signed_in(person)
    prove(client, User.objects.create_user("ada@example.com"), method="mfa")
    assert client.get("/admin/").status_code == 302


def test_without_the_rule_a_password_opens_it(settings):
    settings.STAFF_SECOND_FACTOR = False
    assert proven(colleague()).get("/admin/").status_code == 200


def test_the_door_leads_nowhere_else():
    client = proven(colleague(), method="mfa")
    for to in ("https://evil.example/", "//evil.example"):
        assert client.get(LOGIN, {"next": to})["Location"] == "/admin/"


def test_the_rule_is_on_in_production_unless_it_is_put_off():
    production = {"DEBUG": "false", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "shop.example"}
    assert settings_with(production)["STAFF_SECOND_FACTOR"] is True
    assert settings_with({})["STAFF_SECOND_FACTOR"] is False


def lost(email="lost@example.com", **fields):
    person = User.objects.create_user(email, PASSWORD, **fields)
    give_app(person)
    give_codes(person)
    return person


def removal_of(person):
    return reverse("admin:accounts_user_remove_factors", args=[person.pk])


def test_an_admin_removes_the_factors_of_somebody_who_lost_them():
    admin, person = colleague(), lost()
    elsewhere = signed_in(person)
    client = proven(admin, method="mfa")
    assert client.post(removal_of(person), {"reason": "short"}).status_code == 422
    reason = "Called back at the number of the last order"
    assert client.post(removal_of(person), {"reason": reason}).status_code == 303
    assert factors_of(person) == []
    event = SecurityEvent.objects.get(user=person, kind=SecurityEvent.Kind.FACTOR_REMOVED)
    assert (event.actor_id, event.payload["reason"]) == (admin.pk, reason)
    assert Letter.objects.filter(user=person).count() == 1
    assert elsewhere.get("/account/").status_code == 302


def test_an_admin_proves_themselves_again_before():
    person = lost()
    client = proven(colleague(), method="mfa", seconds_ago=3600)
    response = client.post(removal_of(person), {"reason": "Long enough to be one"})
    assert response["Location"].startswith(STEP_UP)
    assert factors_of(person) == ["recovery_codes", "totp"]


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.MANAGER])
def test_nobody_else_removes_factors(role):
    person = lost()
    client = proven(colleague(role), method="mfa")
    response = client.post(removal_of(person), {"reason": "Long enough to be one"})
    assert response.status_code == 403
    assert factors_of(person) == ["recovery_codes", "totp"]


def test_nobody_removes_their_own_there_or_those_of_the_owner_of_the_shop():
    admin, owner = colleague(), lost("owner@example.com", is_staff=True, is_superuser=True)
    give_app(admin)
    client = proven(admin, method="mfa")
    for person in (admin, owner):
        response = client.post(removal_of(person), {"reason": "Long enough to be one"})
        assert response.status_code == 403
        assert "totp" in factors_of(person)


def test_nobody_removes_the_factors_of_who_has_more_rights(settings):
    settings.STAFF_SECOND_FACTOR = False
    giver = User.objects.create_user("giver@example.com", is_staff=True)
    codes = [code.partition(".")[2] for code in PERMISSIONS["users:manage"]]
    giver.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client, customer, boss = proven(giver), lost(), lost("boss@example.com", is_staff=True)
    boss.groups.add(Group.objects.get(name=Role.ADMIN))
    assert client.get(removal_of(customer)).status_code == 200
    assert client.post(removal_of(boss), {"reason": "Long enough to be one"}).status_code == 403
    assert factors_of(boss) == ["recovery_codes", "totp"]


def sensitive(person, export):
    """Addresses of what a stolen session would be used for."""
    names = ("user_invite", "dataexport_add", "erasurerequest_add")
    yield from (reverse(f"admin:accounts_{name}") for name in names)
    yield reverse("admin:accounts_user_change", args=[person.pk])
    yield reverse("admin:accounts_dataexport_file", args=[export.pk])


def test_an_old_session_gives_no_rights_and_takes_no_data_along():
    boss, person = colleague(), lost()
    export = copies.ask(user_id=person.pk, asked_by=boss.pk, reason="Letter")
    client = proven(boss, method="mfa", seconds_ago=3600)
    form = {"email": "kim@example.com", "role": "admin", "works_here": "on", "roles": "admin"}
    form |= {"address": person.email, "reason": "Letter", "account_status": "ACTIVE"}
    for address in sensitive(person, export):
        answer = client.post(address, form)
        assert answer["Location"].startswith(STEP_UP), address
    assert not User.objects.filter(email="kim@example.com").exists()
    assert not User.objects.get(pk=person.pk).is_staff
    assert (DataExport.objects.count(), ErasureRequest.objects.count()) == (1, 0)


def test_rights_are_given_once_the_admin_has_proved_themselves():
    boss, person = colleague(), lost()
    secret = give_app(boss)
    client = proven(boss, method="mfa", seconds_ago=3600)
    page = reverse("admin:accounts_user_change", args=[person.pk])
    form = fields_of(client.get(page)) | {"works_here": "on", "roles": "employee"}
    step = client.post(page, form)["Location"]
    client.post(step, {"way": "code", "code": code_now(secret)})
    person.refresh_from_db()
    assert person.is_staff
    assert [group.name for group in person.groups.all()] == ["employee"]
