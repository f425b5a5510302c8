"""What a person says of themselves: names, phone and language."""

from uuid import UUID

from django.db import IntegrityError, transaction

from audit import recording
from shop.accounts.models import User
from shop.accounts.profile.errors import NameTaken

#: How the public names begin that accounts get while nobody chose one.
MADE_UP = "customer-"


def keep(
    *,
    user_id: UUID,
    first_name: str,
    last_name: str,
    phone: str,
    language: str,
    public_name: str,
) -> User:
    """Write the profile; without a public name the one there was stays.

    ``phone`` is international (E.164) or "". Raises NameTaken, also when two choose a name at once.
    """
    with recording.batch():
        user: User = User.objects.select_for_update(no_key=True).get(pk=user_id)
        user.first_name, user.last_name = first_name, last_name
        user.phone, user.language = phone, language
        user.username = public_name or user.username
        try:
            with transaction.atomic():
                user.save(
                    update_fields=["first_name", "last_name", "phone", "language", "username"]
                )
        except IntegrityError as error:
            if "user_username_unique_ignoring_case" not in str(error):
                raise
            raise NameTaken from error
    return user


def public_name(user: User) -> str:
    """The public name the person chose; "" while it is one that the shop made up."""
    return "" if user.username.startswith(MADE_UP) else user.username
