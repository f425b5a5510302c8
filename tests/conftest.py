"""A real Chromium for the tests under ``tests/browser/``, and a small shop for it to visit."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import expect, sync_playwright

from catalog.tests.factories import CategoryFactory, ProductFactory
from orders.models import ShippingMethod
from orders.tests.factories import standard_delivery
from shop import stylesheets
from tests.browser.inspector import Inspector
from tests.browser.pages import PATIENCE, ShopPages
from tests.find_browser import MISSING, find_browser

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def built_stylesheets():
    stylesheets.build(Path(settings.BASE_DIR) / "static")


@pytest.fixture(scope="module")
def browser():
    """One Chromium for a module; a machine without one fails and says what to install.

    It ends with its module, since the loop that drives it would run on in this thread: where a loop
    runs, Django keeps other connections and languages than elsewhere.
    """
    executable = find_browser()
    if executable is None:
        pytest.fail(MISSING, pytrace=False)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's own loop counts as running in this thread, where Django's ORM would refuse
        # to work; no test here is asynchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE)
        launched = playwright.chromium.launch(executable_path=executable, args=list(SWITCHES))
        yield launched
        connections.close_all()
        launched.close()


@pytest.fixture
def little_shop(tmp_path, settings):
    """A category with three garments, two ways to deliver, and tax."""
    settings.MEDIA_ROOT = tmp_path
    standard_delivery()
    ShippingMethod.objects.create(
        code="pick-up",
        name="Pick up at the workshop",
        kind=ShippingMethod.Kind.PICK_UP,
        zone=standard_delivery().zone,
        currency="EUR",
        price=0,
        min_days=1,
        max_days=1,
    )
    category = CategoryFactory(slug="tops", name="Tops")
    return [
        ProductFactory(title=title, slug=slug, category=category, colors=("navy", "oat"))
        for title, slug in (("Plain tee", "plain-tee"), ("Work tee", "work-tee"))
    ]


@pytest.fixture
def shop_pages(browser, built_stylesheets, little_shop, live_server):
    """Opens pages of the little shop; whatever the browser complains of fails the test."""
    pages = ShopPages(browser, live_server.url)
    yield pages
    pages.close()
    assert not pages.complaints


@pytest.fixture
def inspector():
    """Looks at pages; what it found in any of them fails the test."""
    inspector = Inspector()
    yield inspector
    assert not inspector.findings, "\n".join(inspector.findings)
