"""Passkeys with an authenticator that Chromium plays, and the pages about second factors."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from audit.models import SecurityEvent
from shop.accounts.tests.proving import PASSWORD, code_now, give_app, give_codes, person, proven

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (320,)
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def bring_in(shop_pages, user):
    """A window in which ``user`` has just signed in by a password, and a phone beside it."""
    page = shop_pages.open("/cart/")
    cookie = proven(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": shop_pages.url}])
    hand_phone_to(page)
    return page


def hand_phone_to(page):
    """From now on somebody touches the sensor at once when the browser asks for a passkey."""
    link = page.context.new_cdp_session(page)
    link.send("WebAuthn.enable")
    link.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})


def ask_first(page):
    """From now on the browser offers no passkey by itself in the list of the e-mail field."""
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")


def add_passkey(page, name="Phone"):
    page.goto("/account/security/passkeys/add/")
    page.get_by_label("Name").fill(name)
    send_passkey(page)


def send_passkey(page):
    # By key: on a busy machine a click may come while letters change their widths.
    page.get_by_role("button", name="Add the passkey").press("Enter")


def type_password(page, user):
    page.locator("main").get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_signs_in_alone_and_as_the_second_step_until_it_is_removed(shop_pages):
    user = person()
    page = bring_in(shop_pages, user)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Recovery codes", level=1)).to_be_visible()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("region", name="Passkeys")).to_contain_text("Phone")

    page.context.clear_cookies()
    page.goto("/account/login/?next=/account/security/")
    # The phone takes what the browser offers in the list of the e-mail field.
    expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()

    page.context.clear_cookies()
    ask_first(page)
    page.goto("/account/login/?next=/account/security/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()

    page.context.clear_cookies()
    page.goto("/account/login/?next=/account/")
    type_password(page, user)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Second step")).to_be_hidden()
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None
    assert SecurityEvent.objects.filter(user=user, kind="SIGNED_IN").count() == 3

    page.goto("/account/security/")
    page.get_by_role("link", name="Remove Phone").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("Your passkey is removed.")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was not accepted")).to_be_visible()


def test_the_button_waits_for_the_challenge_of_the_list(shop_pages):
    user = person()
    page = bring_in(shop_pages, user)
    add_passkey(page)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("region", name="Passkeys")).to_contain_text("Phone")
    page.context.clear_cookies()
    asked = []

    def hold_the_first(route):
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    page.route("**/passkey/challenge/", hold_the_first)
    # The list asks some time after the page has come.
    with page.expect_request("**/passkey/challenge/"):
        page.goto("/account/login/?next=/account/security/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_timeout(300)
    assert len(asked) == 1
    asked[0].continue_()
    expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()


def test_staff_come_in_with_a_passkey_alone(shop_pages, settings):
    settings.STAFF_SECOND_FACTOR = True
    user = person(is_staff=True, is_superuser=True)
    page = bring_in(shop_pages, user)
    page.goto("/admin/")
    page.get_by_role("link", name="Add a passkey").click()
    send_passkey(page)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.context.clear_cookies()
    ask_first(page)
    page.goto("/admin/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_pages_about_second_factors_are_accessible(shop_pages, inspector):
    user = person()
    secret = give_app(user)
    give_codes(user)
    page = shop_pages.open("/account/login/")
    type_password(page, user)
    page.get_by_role("button", name="Confirm with a code").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a code")
    inspector.look(page, widths=WIDTHS)
    page.get_by_label("Code").fill(code_now(secret))
    page.get_by_role("button", name="Confirm with a code").click()
    page.wait_for_url(shop_pages.url + "/")
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Phone"})
    for path in ("", "authenticator/"):
        page.goto(f"/account/security/{path}")
        inspector.look(page, widths=WIDTHS)
    page.goto("/account/security/codes/")
    page.get_by_role("button", name="Make new codes").click()
    expect(page.get_by_text("Keep these codes now")).to_be_visible()
    inspector.look(page, widths=WIDTHS)
