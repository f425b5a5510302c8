"""The one button that a page of the back office is about."""

import pytest
from django.urls import reverse

from tests.browser.test_staff_catalog import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: The background of a button, and that of a probe in the color of main buttons.
_COLORS = """button => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.backgroundColor = "var(--indigo)";
  return [button, probe].map(one => getComputedStyle(one).backgroundColor);
}"""


def test_the_main_button_stands_out_wherever_on_a_page_it_is(shop_pages):
    page = enter(shop_pages, reverse("admin:orders_draft_changelist"))
    button, wanted = page.get_by_role("button", name="New order").evaluate(_COLORS)
    assert button == wanted
