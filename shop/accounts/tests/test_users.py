"""Accounts as the database keeps them."""

import pytest
from django.db import IntegrityError, connection, transaction

from shop.accounts.models import User

pytestmark = pytest.mark.django_db


def test_address_is_unique_ignoring_case():
    User.objects.create_user("mara@example.com")
    with (
        pytest.raises(IntegrityError, match="user_email_unique_ignoring_case"),
        transaction.atomic(),
    ):
        User.objects.create_user("MARA@Example.com")

    assert User.objects.count() == 1


def test_public_name_is_unique_ignoring_case():
    User.objects.create_user("mara@example.com", username="Mara")
    with pytest.raises(IntegrityError, match="user_username_unique_ignoring_case"):
        User.objects.create_user("other@example.com", username="mara")


def test_public_name_gives_nothing_away():
    # Long enough that the letters after "customer-" do not spell them by chance.
    user = User.objects.create_user(
        "amaranth@example.com", first_name="Amaranth", last_name="Lindqvist"
    )

    assert user.username.startswith("customer-")
    assert "amaranth" not in user.username
    assert "lindqvist" not in user.username


def test_password_is_in_the_column_password_hash():
    User.objects.create_user("mara@example.com", "warp-and-weft-82")
    with connection.cursor() as cursor:
        cursor.execute("SELECT password_hash FROM accounts_user")

        assert cursor.fetchone()[0].startswith("bcrypt_sha256$")


def test_account_without_a_password_opens_with_none():
    user = User.objects.create_user("mara@example.com")

    assert not user.has_usable_password()
    assert not user.check_password("")


@pytest.mark.parametrize("status", [User.Status.SUSPENDED, User.Status.DELETED])
def test_only_active_accounts_are_open(status):
    assert User(status=User.Status.ACTIVE).is_active
    assert not User(status=status).is_active


def test_unknown_status_is_refused_by_the_database():
    user = User.objects.create_user("mara@example.com")
    with pytest.raises(IntegrityError, match="user_status_known"):
        User.objects.filter(pk=user.pk).update(status="MAYBE")


def test_consent_has_a_time():
    user = User.objects.create_user("mara@example.com", has_marketing_consent=True)
    assert user.marketing_consent_at is not None

    with pytest.raises(IntegrityError, match="user_marketing_consent_has_a_time"):
        User.objects.filter(pk=user.pk).update(marketing_consent_at=None)
