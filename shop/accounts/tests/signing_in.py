"""People with accounts, what browsers send, and the letters that come, for tests."""

import re

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.urls import reverse

from shop.accounts.letters import sending
from shop.accounts.models import Letter, User

EMAIL = "mara@example.com"
PASSWORD = "warp-and-weft-82"


def person(email=EMAIL, password=PASSWORD, *, is_proven=True, **fields):
    """Somebody with an account whose address is proven."""
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=is_proven, primary=True)
    return user


def sign_in(client, email=EMAIL, password=PASSWORD, **data):
    return client.post(reverse("account_login"), {"login": email, "password": password, **data})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def letters():
    """Send what waits, and return all that was sent."""
    for key in Letter.objects.order_by("created_at").values_list("pk", flat=True):
        sending.send(key)
    return mail.outbox


def path_in(letter):
    """The path of the first link of a letter."""
    return re.search(re.escape(settings.SHOP_URL) + r"(/\S+)", letter.body)[1]
