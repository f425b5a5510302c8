"""What running the shop holds of people."""

from urllib.parse import unquote_plus

from django.db import models, transaction

from shop.accounts.privacy import traces
from shop.accounts.privacy.erasing import redact_rows
from shop.accounts.privacy.parts import Part, register
from shop.accounts.privacy.people import Person
from shop.operations.models import SavedView


def declare() -> None:
    """Fill the register; called once when Django is ready."""
    register(Part(SavedView, lambda person: person.is_user(), is_deleted=True))
    traces.register_remover(_remove_views)


def _remove_views(person: Person) -> None:
    """Lists that somebody at work saved under the person's address, or filtered by it."""
    # Nothing of it is announced: the log would say what they were called.
    views: models.QuerySet[SavedView] = models.QuerySet(SavedView)
    told = views.values_list("pk", "name", "query").iterator()
    keys = [
        key
        for key, name, query in told
        if traces.are_in(name, person) or traces.are_in(unquote_plus(query), person)
    ]
    mentioning = views.filter(pk__in=keys)
    with transaction.atomic():
        mentioning._raw_delete(mentioning.db)
        redact_rows(SavedView._meta.label_lower, keys)
