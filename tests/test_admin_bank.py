"""Statements of the bank in the back office: brought, looked at, booked, and put right by hand."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from orders.models import Order
from payments.bank import statements
from payments.models import BankLine, BankStatement, Payment
from payments.tests.transfers import HEADS, awaiting_transfer, row, statement
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

LIST = "/admin/payments/bankstatement/"
BRING = f"{LIST}bring/"


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def upload(client, data, name="march.csv"):
    return client.post(BRING, {"file": SimpleUploadedFile(name, data)})


def page_of(made):
    return f"{LIST}{made.pk}/change/"


def words(response):
    return response.content.decode()


def test_a_statement_is_brought_looked_at_and_booked(client):
    order = awaiting_transfer()
    lost = row("12,00", text="?", name="Nobody")
    brought = upload(client, statement(row(text=order.awaited.reference), lost))
    made = BankStatement.objects.get()
    assert brought["Location"] == page_of(made)
    preview = client.get(page_of(made))
    assert "Pays the order" in words(preview)
    assert "No order found" in words(preview)
    assert Payment.objects.count() == 0
    client.post(page_of(made), fields_of(preview))
    assert Order.objects.get().status == "PAID"
    assert made.lines.get(order=None).status == "OPEN"


def test_a_statement_of_which_nothing_is_ticked_says_so(client):
    awaiting_transfer()
    upload(client, statement(row(text="the blue shirt")))
    made = BankStatement.objects.get()
    done = client.post(page_of(made), fields_of(client.get(page_of(made))), follow=True)
    assert [str(said) for said in done.context["messages"]] == ["No line was booked."]
    assert Payment.objects.count() == 0


def test_the_same_file_leads_to_what_it_was(client):
    upload(client, statement(row()))
    again = client.post(BRING, {"file": SimpleUploadedFile("x.csv", statement(row()))}, follow=True)
    assert "This file is here already." in words(again)
    assert BankStatement.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\x00", "no text"),
        (b"a;b;c\n" * 400_000, "larger than 2 MB"),
        (statement(row("=1+1")), "Line 2: “=1+1” is no amount."),
        (statement(row(day="soon")), "Line 2: “soon” is no day."),
    ],
)
def test_what_is_no_statement_is_refused_in_words(client, data, said):
    response = upload(client, data)
    assert response.status_code == 422
    assert said in words(response)
    assert not BankStatement.objects.exists()


def test_unknown_columns_are_asked_for(client):
    order = awaiting_transfer()
    data = f"Wann;Wer;Was;Wieviel\n02.03.2026;Ada;{order.awaited.reference};54,90\n".encode()
    columns = upload(client, data)["Location"]
    assert "Wieviel" in words(client.get(columns))
    assert client.post(columns, {"day": "0"}).status_code == 422
    client.post(columns, {"day": "0", "amount": "3", "text": ["2"], "name": "1"})
    assert BankLine.objects.get().order == order


def with_status(*states):
    """A file of a bank that says of each line whether it is booked."""
    return statement(*(f"{row(text=state)};{state}" for state in states), heads=f"{HEADS};Status")


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["Gebucht", "Vorgemerkt"], "1 line is pending and was left out."),
        (["Gebucht", "Vorgemerkt", "Pending"], "2 lines are pending and were left out."),
    ],
)
def test_lines_that_are_pending_are_told_of_on_the_page_of_the_statement(client, states, said):
    answer = upload(client, with_status(*states))
    made = BankStatement.objects.get()
    assert made.lines.get().text == "Gebucht"
    assert answer["Location"] == page_of(made)
    assert said in words(client.get(page_of(made)))
    assert "pending" not in words(client.get(page_of(made)))


def test_pending_lines_of_unknown_columns_are_told_of_too(client):
    lines = ("02.03.2026;Ada;?;54,90;Gebucht", "03.03.2026;Bea;?;9,00;Vorgemerkt")
    columns = upload(client, "\n".join(["Wann;Wer;Was;Wieviel;Stand", *lines]).encode())["Location"]
    sent = {"day": "0", "amount": "3", "text": ["2"], "name": "1", "status": "4"}
    page = client.post(columns, sent, follow=True)
    assert "1 line is pending and was left out." in words(page)


def test_a_file_of_which_nothing_is_booked_yet_is_refused_in_words(client):
    assert "has booked no line of the file yet" in words(upload(client, with_status("Pending")))
    assert not BankStatement.objects.exists()


def test_a_line_that_cannot_be_booked_is_named_and_nothing_is_booked(client):
    order = awaiting_transfer()
    upload(client, statement(row(text=order.awaited.reference), row(text=order.awaited.reference)))
    made = BankStatement.objects.get()
    ticked = [str(line.pk) for line in made.lines.all()]
    response = client.post(page_of(made), {"line": ticked})
    assert response.status_code == 409
    assert "nothing is to be paid of its order any more. Nothing was booked." in words(response)
    assert not Payment.objects.exists()


def test_a_line_is_assigned_by_its_orders_number(client):
    order = awaiting_transfer()
    upload(client, statement(row(text="?", name="Grandma")))
    made = BankStatement.objects.get()
    client.post(page_of(made), {})
    assign = f"/admin/payments/bankline/{made.lines.get().pk}/assign/"
    wrong = client.post(assign, {"number": "ORD-1999-000001"})
    assert "There is no order with this number." in words(wrong)
    client.post(assign, {"number": order.number})
    assert Order.objects.get().status == "PAID"


def test_what_was_too_much_is_listed_until_it_was_sent_back(client):
    order = awaiting_transfer()
    upload(client, statement(row("60,00", text=order.awaited.reference)))
    made = BankStatement.objects.get()
    client.post(page_of(made), fields_of(client.get(page_of(made))))
    queue = "/admin/payments/bankline/?queue=return"
    line = made.lines.get()
    assert "€5.10" in words(client.get(queue))
    client.post(f"/admin/payments/bankline/{line.pk}/returned/")
    assert "€5.10" not in words(client.get(queue))


def test_a_statement_can_be_forgotten_until_it_is_booked(client):
    upload(client, statement(row()))
    made = BankStatement.objects.get()
    client.post(f"{LIST}{made.pk}/drop/")
    assert not BankStatement.objects.exists()


def test_employees_bring_and_see_no_statement():
    made = statements.receive(data=statement(row()), file_name="march.csv", actor_id=None)
    client = signed_in(staff(Role.EMPLOYEE))
    for page in (LIST, BRING, page_of(made), f"{LIST}{made.pk}/drop/"):
        assert client.get(page).status_code == 403
    line = f"/admin/payments/bankline/{made.lines.get().pk}/"
    for page in (f"{line}change/", f"{line}assign/", f"{line}returned/"):
        assert client.post(page).status_code == 403


def test_senders_are_shown_as_text_and_never_as_markup(client):
    upload(client, statement(row(name="<b>Ada</b>", text="<script>x</script>")))
    page = words(client.get(page_of(BankStatement.objects.get())))
    assert "&lt;b&gt;Ada" in page
    assert "<script>x" not in page


def test_a_page_takes_as_many_statements_however_many_lines(client, django_assert_max_num_queries):
    for number, count in enumerate((1, 5)):
        rows = [row(text=f"{awaiting_transfer().awaited.reference}") for _ in range(count)]
        upload(client, statement(*rows), name=f"{number}.csv")
    few, many = BankStatement.objects.order_by("created_at")
    client.get(page_of(few))
    with django_assert_max_num_queries(14):
        client.get(page_of(many))


def test_the_workspace_says_what_an_order_waits_for(client):
    order = awaiting_transfer()
    until = datetime(2030, 2, 1, 12, tzinfo=UTC)
    Order.objects.filter(pk=order.pk).update(payment_due_at=until)
    page = words(client.get(f"/admin/orders/order/{order.pk}/change/"))
    assert order.awaited.reference_shown in page
    # The day before the month, as everywhere, and the month in letters.
    assert "awaited until 1 Feb 2030, 13:00" in page
