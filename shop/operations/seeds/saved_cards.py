"""The card that the demo customer keeps."""

from datetime import date

from django.utils import timezone

from payments.models import SavedCard
from payments.providers import names, provider
from payments.providers.base import Card
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.operations.demo import DEMO_ACCOUNTS


def plant_saved_card() -> int:
    """A test card, for a customer who never kept one; returns how many are new."""
    email = next(one.email for one in DEMO_ACCOUNTS if one.role == Role.CUSTOMER)
    user = User.objects.filter(email__iexact=email).first()
    if user is None or "SANDBOX" not in names():
        return 0
    if SavedCard.all_objects.filter(user=user).exists():
        return 0
    year = date.today().year + 3
    method = provider("SANDBOX").tokenize(Card("4242424242424242", 8, year, "123"))
    SavedCard.objects.create(
        user=user,
        provider="SANDBOX",
        token=method.token,
        brand=method.brand,
        last4=method.last4,
        expiry_month=8,
        expiry_year=year,
        holder=user.get_full_name(),
        is_default=True,
        kept_at=timezone.now(),
    )
    return 1
