"""Returns in the back office: who may take which step, and what the pages say."""

import pytest
from django.urls import reverse

from orders.errors import ReturnNotAllowed
from orders.models import Return, ReturnPhoto, Withdrawal
from orders.returns import inspection
from orders.tests.factories import variant_in_stock
from orders.tests.returning import arrived_order, ask, inspected, other_size
from orders.tests.test_return_pages import photo
from shop.accounts.roles import Role
from shop.operations.staff.queues import QUEUES
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"admin:orders_return_{name}", args=args)


@pytest.fixture
def employee():
    return signed_in(staff(Role.EMPLOYEE))


@pytest.fixture
def manager():
    return signed_in(staff(Role.MANAGER))


def status_of(asked):
    return Return.objects.get(pk=asked.pk).status


def queue(label):
    return next(row for row in QUEUES if str(row.label) == label).rows().count()


def test_an_employee_brings_a_return_from_the_request_to_its_inspection(employee):
    asked = ask(arrived_order(), approves=False)
    assert queue("Returns to inspect") == 1
    for name in ("approve", "receive"):
        employee.post(page("step", asked.pk, name))
    assert status_of(asked) == "RECEIVED"
    url = page("step", asked.pk, "inspect")
    fields = fields_of(employee.get(url))
    response = employee.post(url, fields | {"photos": photo()})
    assert response["Location"] == page("change", asked.pk)
    row = asked.items.get()
    assert (status_of(asked), row.accepted, row.disposition) == ("INSPECTED", 1, "RESTOCK")
    assert ReturnPhoto.objects.get(request=asked).by_staff
    assert asked.status_changes.last().actor.email == "employee@example.com"
    assert queue("Returns to settle") == 1


def test_settling_is_for_who_may_give_money_back(employee, manager):
    asked = inspected(ask(arrived_order()))
    url = page("step", asked.pk, "settle")
    assert employee.post(url).status_code == 403
    assert status_of(asked) == "INSPECTED"
    assert "49.90" in manager.get(url).content.decode().replace(",", ".")
    manager.post(url)
    assert status_of(asked) == "SETTLED"


def test_what_is_not_accepted_needs_a_word(employee):
    asked = ask(arrived_order())
    employee.post(page("step", asked.pk, "receive"))
    url = page("step", asked.pk, "inspect")
    fields = fields_of(employee.get(url)) | {f"accepted_{asked.items.get().pk}": "0"}
    assert employee.post(url, fields).status_code == 422
    assert status_of(asked) == "RECEIVED"
    employee.post(url, fields | {"answer": "It was worn."})
    assert status_of(asked) == "REJECTED"


def test_a_step_that_somebody_else_took_changes_nothing_and_says_so(employee):
    asked = inspected(ask(arrived_order()))
    response = employee.post(page("step", asked.pk, "receive"), follow=True)
    assert "Nothing was changed" in response.content.decode()
    assert status_of(asked) == "INSPECTED"


def test_a_withdrawal_cannot_be_rejected(employee):
    asked = ask(arrived_order(), is_withdrawal=True)
    assert (
        page("step", asked.pk, "reject")
        not in employee.get(page("change", asked.pk)).content.decode()
    )
    employee.post(page("step", asked.pk, "reject"), {"answer": "No"})
    with pytest.raises(ReturnNotAllowed):
        inspection.reject(return_id=asked.pk, answer="No")
    assert status_of(asked) == "APPROVED"


def test_page_of_an_order_and_of_a_return_know_each_other(manager):
    small = variant_in_stock()
    order = arrived_order((small, 1))
    asked = ask(order, outcome="EXCHANGE", variant=other_size(small))
    shown = manager.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert page("change", asked.pk) in shown
    back = manager.get(page("change", asked.pk)).content.decode()
    assert reverse("admin:orders_order_change", args=[order.pk]) in back


def test_page_of_a_return_costs_the_same_with_many_lines(manager, django_assert_max_num_queries):
    order = arrived_order(*[(variant_in_stock(), 1) for _line in range(4)])
    asked = ask(order, dict.fromkeys(order.items.all(), 1))
    manager.get(page("changelist"))
    with django_assert_max_num_queries(24):
        manager.get(page("change", asked.pk))
    with django_assert_max_num_queries(12):
        manager.get(page("changelist"), {"queue": "open"})


def test_withdrawal_for_staff_leaves_the_queue_when_it_is_dealt_with(employee):
    said = Withdrawal.objects.create(
        name="Eve", number="ORD-1", email="eve@example.com", result="UNKNOWN"
    )
    assert queue("Withdrawals for staff") == 1
    url = reverse("admin:orders_withdrawal_changelist")
    employee.post(url, {"action": "mark_handled", "_selected_action": [said.pk]})
    assert queue("Withdrawals for staff") == 0


def test_staff_open_a_return_when_the_days_are_over(employee):
    order = arrived_order(days_ago=90)
    item = order.items.get()
    url = reverse("admin:orders_order_step", args=[order.pk, "return"])
    fields = fields_of(employee.get(url)) | {"reason": "FAULTY", "outcome": "REFUND"}
    for units, status in (("3", 422), ("", 422), ("1", 302)):
        response = employee.post(url, fields | {f"units_{item.pk}": units})
        assert response.status_code == status
    employee.post(url, fields | {f"units_{item.pk}": "1"})
    asked = Return.objects.get()
    assert (asked.status, asked.items.get().quantity) == ("APPROVED", 1)


def test_a_customer_sees_no_list_of_returns(client):
    assert client.get(page("changelist")).status_code in (302, 403)
