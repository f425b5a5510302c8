"""The shop whose pages are kept, and a look at what goes to Redis."""

import pytest
from django.core.cache import caches

from catalog.models import Product
from catalog.tests.factories import CategoryFactory, ProductFactory
from orders.tests.factories import standard_delivery


@pytest.fixture(autouse=True)
def little_shop():
    standard_delivery()
    tops = CategoryFactory(slug="tops", name="Tops")
    ProductFactory(title="Plain tee", slug="plain-tee", category=tops, sizes=("m",))
    ProductFactory(title="Work tee", slug="work-tee", category=tops)


@pytest.fixture
def tee():
    return Product.objects.get(slug="plain-tee")


@pytest.fixture
def sent(monkeypatch):
    """The commands that go to Redis."""
    redis = type(caches["default"].client.get_client())
    execute, commands = redis.execute_command, []

    def spy(self, *args, **options):
        commands.append(args[0])
        return execute(self, *args, **options)

    monkeypatch.setattr(redis, "execute_command", spy)
    return commands
