"""The world of the matrix, made once for a module and taken back afterwards."""

import logging

import pytest
from django.db import transaction
from django.template.backends.django import Template

from shop.tests.numbering import FIRST_OF_MODULE, Numbers
from tests.authorization import world as worlds
from tests.authorization.asking import Asker


@pytest.fixture(scope="module")
def asker(django_db_setup, django_db_blocker):
    """Who asks, in a transaction that never ends well."""
    logging.disable(logging.CRITICAL)
    Numbers.begin(FIRST_OF_MODULE)
    with django_db_blocker.unblock(), transaction.atomic():
        yield Asker(worlds.build())
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


@pytest.fixture
def unrendered(monkeypatch):
    """What a page would look like does not matter to who may see it, and takes most of the time."""
    monkeypatch.setattr(Template, "render", lambda *_args, **_kwargs: "")
