"""Withdrawing from the contract: two steps, the same answer for all, a receipt in any case."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from orders.models import Order, Return, Withdrawal
from orders.placed import fulfillment
from orders.returns import upkeep, withdrawing
from orders.tests.factories import paid_order, placed_order, variant_in_stock
from orders.tests.returning import arrived_order, shipped_order
from shop.models import new_id

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
URL = "/withdraw/"


def typed(order, **fields):
    return {"name": "Ada Weber", "number": order.number, "email": order.email, "part": ""} | fields


def declare(order, **fields):
    said = withdrawing.declare(**typed(order, **fields))
    return withdrawing.take(said.pk)


def test_two_steps_lead_from_the_form_to_the_declaration(client):
    order = arrived_order()
    first = client.post(URL, typed(order))
    assert "Confirm withdrawal" in first.content.decode()
    assert not Withdrawal.objects.exists()
    second = client.post(URL, typed(order) | {"step": "confirm"})
    said = Withdrawal.objects.get()
    assert (said.number, said.email) == (order.number, order.email)
    assert ProcrastinateJob.objects.filter(task_name=withdrawing.TAKE).count() == 1
    shown = client.get(second.url).content.decode()
    assert said.number in shown


def test_answer_is_the_same_whether_or_not_there_is_such_an_order(client):
    order = arrived_order()
    answers = []
    for number in (order.number, "ORD-2020-999999"):
        response = client.post(URL, typed(order, number=number) | {"step": "confirm"})
        shown = client.get(response.url).content.decode()
        assert order.items.get().title not in shown
        answers.append(shown.replace(number, "").replace(str(Withdrawal.objects.first().pk), ""))
    strip = [answer.split("<dl")[1].split("</main>")[0] for answer in answers]
    assert strip[0] == strip[1]


def test_form_without_a_name_is_refused(client):
    response = client.post(URL, typed(arrived_order(), name="") | {"step": "confirm"})
    assert response.status_code == 422
    title = response.content.decode().split("</title>")[0]
    assert title.endswith(">Error: Withdraw from contract · Selvedge")
    assert not Withdrawal.objects.exists()


def test_forged_link_to_a_declaration_is_not_found(client):
    assert client.get(reverse("orders:withdrawn", args=["forged"])).status_code == 404


def test_goods_that_arrived_come_back_as_a_return_with_delivery():
    order = arrived_order((variant_in_stock(), 2))
    said = declare(order)
    asked = Return.objects.get()
    assert (said.result, said.request) == ("RETURN", asked)
    assert (asked.is_withdrawal, asked.status, asked.outcome) == (True, "APPROVED", "REFUND")
    assert asked.items.get().quantity == 2


def test_goods_under_way_can_be_withdrawn_from():
    order = shipped_order((variant_in_stock(), 1))
    assert declare(order).result == "RETURN"


@pytest.mark.parametrize("make", [placed_order, paid_order])
def test_order_that_has_not_left_is_canceled(make):
    order = make()
    assert declare(order).result == "CANCELED"
    assert Order.objects.get(pk=order.pk).status == "CANCELED"
    assert not Return.objects.exists()


def test_part_that_has_left_comes_back_and_staff_see_to_the_rest():
    order = paid_order((variant_in_stock(), 1), (variant_in_stock(), 1))
    item = order.items.first()
    fulfillment.ship(
        order_id=order.pk, quantities={item.pk: 1}, key=new_id(), way=fulfillment.UNKNOWN
    )
    assert declare(order).result == "RETURN"
    assert Return.objects.get().items.get().item == item
    assert order.notes.get().kind == "INTERNAL"


def test_chosen_lines_alone_come_back():
    order = arrived_order((variant_in_stock(), 1), (variant_in_stock(), 1))
    item = order.items.first()
    declare(order, lines=[item.pk])
    assert Return.objects.get().items.get().item == item


def test_last_day_of_the_law_counts_and_the_next_is_for_staff(settings):
    assert declare(arrived_order(days_ago=14)).result == "RETURN"
    late = declare(arrived_order(days_ago=15))
    assert late.result == "LATE"
    assert not late.order.returns.exists()


def test_day_of_the_declaration_counts_however_late_the_job_is():
    order = arrived_order(days_ago=15)
    said = withdrawing.declare(**typed(order))
    moment = timezone.now() - timedelta(days=2)
    Withdrawal.objects.filter(pk=said.pk).delete()
    again = Withdrawal.objects.create(
        name="Ada", number=order.number, email=order.email, declared_at=moment
    )
    assert withdrawing.take(again.pk).result == "RETURN"


@pytest.mark.parametrize("wrong", [{"number": "ORD-2020-999999"}, {"email": "eve@example.com"}])
def test_wrong_data_withdraw_from_nothing(wrong):
    order = arrived_order()
    said = declare(order, **wrong)
    assert (said.result, said.order) == ("UNKNOWN", None)
    assert not Return.objects.exists()


def test_taking_it_twice_does_it_once():
    order = arrived_order()
    said = declare(order)
    assert withdrawing.take(said.pk).result == "RETURN"
    assert Return.objects.count() == 1
    assert declare(order).result == "STAFF"


@pytest.mark.parametrize("number", [None, "ORD-2020-999999"])
def test_receipt_with_date_and_time_goes_to_the_typed_address_once(number):
    order = arrived_order()
    said = declare(order, **({"number": number} if number else {}))
    assert withdrawing.send_receipt(said.pk)
    assert not withdrawing.send_receipt(said.pk)
    (letter,) = mail.outbox
    assert letter.to == [order.email]
    local = timezone.localtime(said.declared_at)
    assert local.strftime("%H:%M:%S") in letter.body
    assert said.number in letter.body


def test_order_page_leads_to_the_form_with_its_lines(client):
    order = arrived_order()
    page = client.get(reverse("orders:order", args=[order.token])).content.decode()
    assert f"{URL}?order={order.token}" in page
    form = client.get(URL, {"order": order.token}).content.decode()
    assert order.items.get().title in form
    assert f'value="{order.email}"' in form


def test_form_for_strangers_names_no_goods(client):
    form = client.get(URL, {"order": "x\0y"})
    assert form.status_code == 200
    assert "lines" not in form.content.decode().split("<form")[-1]


def unknown_ones(count, settings):
    """Declarations of years ago that named no order."""
    return [
        Withdrawal.objects.create(
            name="Eve",
            number="ORD-1",
            email="eve@example.com",
            result="UNKNOWN",
            declared_at=timezone.now() - timedelta(days=settings.WITHDRAWAL_DAYS_KEPT + 1),
        )
        for _one in range(count)
    ]


def test_unknown_ones_are_forgotten_after_years(settings):
    [said] = unknown_ones(1, settings)
    declare(arrived_order())
    assert upkeep.forget_withdrawals() == 1
    assert not Withdrawal.objects.filter(pk=said.pk).exists()
    assert Withdrawal.objects.count() == 1


def test_one_morning_forgets_more_than_a_batch(settings):
    unknown_ones(3, settings)
    assert upkeep.forget_withdrawals(batch=2) == 3
    assert not Withdrawal.objects.exists()
