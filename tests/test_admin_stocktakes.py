"""Counting in the back office: a sheet that works by form, and an approval for few."""

import re

import pytest
from django.urls import reverse

from audit.models import AuditLog
from inventory import stocktakes
from inventory.models import Movement, Stock, Stocktake, StocktakeCount
from inventory.tests.builders import counters, location, shelf, variant
from orders.tests.factories import member, placed_order
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"admin:inventory_stocktake_{name}", args=args)


@pytest.fixture
def manager():
    return signed_in(staff(Role.MANAGER))


@pytest.fixture
def employee():
    return signed_in(staff(Role.EMPLOYEE))


def opened(**fields):
    return Stocktake.objects.create(location=location(), **fields)


def counted(*counts):
    stocktake, person = opened(), member()
    for row, quantity in counts:
        stocktakes.count(
            stocktake_id=stocktake.pk, stock_id=row.pk, quantity=quantity, actor_id=person.pk
        )
    return stocktakes.finish(stocktake.pk)


def test_a_manager_opens_a_stocktake(manager):
    fields = fields_of(manager.get(page("add"))) | {"location": location().pk, "note": "Spring"}
    response = manager.post(page("add"), fields)
    stocktake = Stocktake.objects.get()
    assert response["Location"] == page("change", stocktake.pk)
    assert (stocktake.status, stocktake.opened_by.email) == ("OPEN", "manager@example.com")


def test_a_row_is_counted_by_a_plain_form_and_the_answer_leads_back_to_it(employee):
    row, stocktake = shelf(variant(), 9), opened()
    url = page("count", stocktake.pk)
    fields = fields_of(employee.get(url)) | {"quantity": "7"}
    response = employee.post(url, fields)
    assert response.status_code == 303
    assert response["Location"].endswith(f"#row-{row.pk}")
    employee.post(url, fields | {"change": "1"})
    assert StocktakeCount.objects.get().quantity == 8
    employee.post(url, fields | {"quantity": ""})
    assert not StocktakeCount.objects.exists()


def test_with_script_only_the_row_comes_back(employee):
    row, stocktake = shelf(variant(), 9), opened()
    fields = {"stock": row.pk, "quantity": "7"}
    url = page("count", stocktake.pk)
    response = employee.post(url, fields, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert text.lstrip().startswith("<li")
    assert "Saved" in text
    assert 'value="7"' in text
    response = employee.post(url, fields | {"quantity": "x"}, headers={"HX-Request": "true"})
    assert "nothing was saved" in response.content.decode()
    assert StocktakeCount.objects.get().quantity == 7


def test_with_script_the_sum_follows_each_count(employee):
    row, other, stocktake = shelf(variant(), 9), shelf(variant(), 9), opened()
    url = page("count", stocktake.pk)

    def sum_after(quantity):
        fields = {"stock": row.pk, "quantity": quantity, "q": other.variant.sku}
        answer = employee.post(url, fields, headers={"HX-Request": "true"}).content.decode()
        return re.search(r'<span id="counted" hx-swap-oob="true">([^<]*)</span>', answer)[1]

    assert '<span id="counted">0 of 2 shelves are counted.</span>' in employee.get(url).text
    assert sum_after("7") == "1 of 2 shelves are counted."
    assert sum_after("x") == "1 of 2 shelves are counted."
    assert sum_after("") == "0 of 2 shelves are counted."


def test_a_barcode_finds_its_row(employee):
    shirt, stocktake = variant(), opened()
    shirt.barcode = "4012345678901"
    shirt.save()
    row, _other = shelf(shirt, 9), shelf(variant(), 9)
    shown = employee.get(page("count", stocktake.pk), {"q": "4012345678901"})
    assert [one.stock for one in shown.context["rows"]] == [row]


def test_who_counts_blind_is_told_no_number_anywhere(employee):
    row, stocktake = shelf(variant(), 973), opened(is_blind=True)
    stocktakes.count(stocktake_id=stocktake.pk, stock_id=row.pk, quantity=842, actor_id=member().pk)
    for url in (page("count", stocktake.pk), page("change", stocktake.pk)):
        text = employee.get(url).content.decode()
        # As words: the digits of a key may hold either by chance.
        assert not re.search(r"\b(973|842)\b", text)
    assert employee.get(page("history", stocktake.pk)).status_code == 403
    assert employee.get(page("csv", stocktake.pk)).status_code == 403


def test_a_second_count_lists_only_what_differed(employee):
    right, wrong = shelf(variant(), 9), shelf(variant(), 9)
    stocktake = counted((right, 9), (wrong, 5))
    stocktakes.count_again(stocktake.pk)
    shown = employee.get(page("count", stocktake.pk))
    assert [one.stock for one in shown.context["rows"]] == [wrong]


def test_an_employee_finishes_and_only_a_manager_approves(employee, manager):
    row, stocktake = shelf(variant(), 9), opened()
    employee.post(page("count", stocktake.pk), {"stock": row.pk, "quantity": "7"})
    assert employee.post(page("step", stocktake.pk, "finish")).status_code == 303
    assert employee.post(page("step", stocktake.pk, "approve")).status_code == 403
    assert counters(row) == (9, 0)
    assert manager.post(page("step", stocktake.pk, "approve")).status_code == 303
    assert counters(row) == (7, 0)
    movement = Movement.objects.get(kind="COUNT_VARIANCE")
    assert (movement.stocktake, movement.actor.email) == (stocktake, "manager@example.com")
    ledger = reverse("admin:inventory_movement_changelist")
    found = manager.get(ledger, {"stocktake__id__exact": stocktake.pk})
    assert f">{stocktake.number}</a>" in found.content.decode()


def counted_by_manager(manager):
    row, stocktake = shelf(variant(), 9), opened()
    manager.post(page("count", stocktake.pk), {"stock": row.pk, "quantity": "7"})
    manager.post(page("step", stocktake.pk, "finish"))
    return row, stocktake


def test_a_manager_who_counted_leaves_the_approval_to_another(manager):
    row, stocktake = counted_by_manager(manager)
    other = signed_in(staff(Role.ADMIN))
    step, detail = page("step", stocktake.pk, "approve"), page("change", stocktake.pk)
    shown = manager.get(detail).text
    assert "so somebody else has to approve the differences" in shown
    assert f'href="{step}"' not in shown
    assert "so somebody else has to approve" in manager.get(step).text
    refused = manager.post(step, follow=True)
    assert "Nothing was posted: you counted here" in refused.text
    assert counters(row) == (9, 0)
    shown = other.get(detail).text
    assert f'href="{step}"' in shown
    assert "You counted here" not in shown + other.get(step).text
    other.post(step)
    assert counters(row) == (7, 0)


def test_the_only_manager_approves_what_they_counted_and_is_told_what_the_history_says(manager):
    row, stocktake = counted_by_manager(manager)
    step = page("step", stocktake.pk, "approve")
    assert f'href="{step}"' in manager.get(page("change", stocktake.pk)).text
    assert "the history will say so" in manager.get(step).text
    manager.post(step)
    assert counters(row) == (7, 0)
    assert "as nobody else may" in manager.get(page("history", stocktake.pk)).text


def test_differences_come_as_a_file_with_costs_for_who_may_see_them(manager, employee):
    row = shelf(variant(), 9)
    Stock.objects.filter(pk=row.pk).update(average_cost=500)
    stocktake = counted((row, 7))
    url = page("csv", stocktake.pk)
    sku = row.variant.sku
    [_heads, line] = manager.get(url).getvalue().decode().splitlines()
    assert line.startswith(f"{sku},")
    assert line.endswith(",9,7,-2,-10.00,EUR")
    assert employee.get(url).getvalue().decode().splitlines()[1].endswith(",9,7,-2")
    assert AuditLog.objects.filter(action="EXPORT", entity_id=str(stocktake.pk)).count() == 2
    assert url in manager.get(page("change", stocktake.pk)).content.decode()


def test_differences_show_their_value_at_cost_to_who_may_see_it(manager, employee):
    shirt = variant()
    shirt.cost = 1250
    shirt.save()
    stocktake = counted((shelf(shirt, 9), 7))
    assert "-€25.00" in manager.get(page("change", stocktake.pk)).content.decode()
    assert "25.00" not in employee.get(page("change", stocktake.pk)).content.decode()


def test_a_conflict_names_the_order_that_holds_the_units(manager):
    row = shelf(variant(), 9)
    order = placed_order((row.variant, 5))
    stocktake = counted((row, 3))
    response = manager.post(page("step", stocktake.pk, "approve"))
    assert response.status_code == 422
    assert order.number in response.content.decode()
    assert not Movement.objects.filter(kind="COUNT_VARIANCE").exists()


def test_a_finished_count_sends_who_still_counts_to_its_page(employee):
    row = shelf(variant(), 9)
    stocktake = counted((row, 7))
    url, fields = page("count", stocktake.pk), {"stock": row.pk, "quantity": "1"}
    assert employee.post(url, fields)["Location"] == page("change", stocktake.pk)
    assert StocktakeCount.objects.get().quantity == 7


def test_the_sheet_costs_the_same_for_many_rows(employee, django_assert_max_num_queries):
    stocktake = opened()
    for number in range(12):
        row = shelf(variant(), 9)
        if number % 2:
            stocktakes.count(
                stocktake_id=stocktake.pk, stock_id=row.pk, quantity=9, actor_id=member().pk
            )
    with django_assert_max_num_queries(9):
        employee.get(page("count", stocktake.pk))
    with django_assert_max_num_queries(9):
        employee.get(page("change", stocktake.pk))
    assert Stock.objects.count() == 12
