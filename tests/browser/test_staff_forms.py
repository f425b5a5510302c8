"""Forms of the back office as they are laid out: the main button, and fields in a narrow column."""

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

#: Names of fields that begin beside their label, or end outside their row.
_MISPLACED = """side => [...side.querySelectorAll(".form-row")].filter(row => {
  const of = name => row.querySelector(name).getBoundingClientRect();
  const [label, field] = [of("label"), of("input, select, textarea")];
  return field.top < label.bottom || field.right > row.getBoundingClientRect().right;
}).map(row => row.className)"""


def test_the_main_button_stands_out_wherever_on_a_page_it_is(shop_pages):
    page = enter(shop_pages, reverse("admin:orders_draft_changelist"))
    button, wanted = page.get_by_role("button", name="New order").evaluate(_COLORS)
    assert button == wanted


def test_labels_stand_above_their_fields_in_the_narrow_column_of_a_draft(shop_pages):
    page = enter(shop_pages, reverse("admin:orders_draft_changelist"))
    page.get_by_role("button", name="New order").click()
    page.wait_for_url("**/change/")
    column = page.locator(".a-order__side")
    for width in (1440, 375):
        page.set_viewport_size({"width": width, "height": 900})
        assert column.locator(".form-row").count() == 6
        assert column.evaluate(_MISPLACED) == []
