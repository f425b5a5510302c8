"""The QR code of a transfer says what the page says, as EPC069-12 wants it."""

import io

import pytest
from django.test import Client
from PIL import Image

from orders.mailing import letters
from orders.models import OrderMail
from orders.placed import lifecycle
from payments.bank import transfer_code
from payments.tests.transfers import TOTAL, awaiting_transfer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _account(settings):
    settings.BANK_TRANSFER = {
        "iban": "DE89 3704 0044 0532 0130 00",
        "holder": "Löwe & Söhne GmbH",
        "bic": "COBADEFFXXX",
    }


def test_the_code_names_account_amount_and_reference():
    order = awaiting_transfer()
    assert transfer_code.text_of(order.awaited, TOTAL).split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "COBADEFFXXX",
        "Löwe & Söhne GmbH",
        "DE89370400440532013000",
        "EUR54.90",
        "",
        order.awaited.reference,
    ]


@pytest.mark.parametrize("amount", [0, -1, 100_000_000_000])
def test_amounts_that_no_transfer_has_have_no_code(amount):
    assert transfer_code.text_of(awaiting_transfer().awaited, amount) == ""


def test_what_is_paid_at_the_counter_or_in_another_currency_has_no_code():
    order = awaiting_transfer()
    order.awaited.kind = order.awaited.Kind.PICK_UP
    assert transfer_code.text_of(order.awaited, TOTAL) == order.awaited.code_url == ""
    order.awaited.kind, order.currency = order.awaited.Kind.TRANSFER, "USD"
    order.awaited.order = order
    assert transfer_code.text_of(order.awaited, TOTAL) == order.awaited.code_url == ""


def test_the_longest_name_fits_into_a_code_that_banks_read(settings):
    settings.BANK_TRANSFER = settings.BANK_TRANSFER | {"holder": "Ä" * 200}
    text = transfer_code.text_of(awaiting_transfer().awaited, 99_999_999_999)
    assert text.split("\n")[5] == "Ä" * 70
    picture = Image.open(io.BytesIO(transfer_code.png(text)))
    assert picture.size[0] == picture.size[1] > 300
    edge = [picture.getpixel((place, 12)) for place in range(picture.size[0])]
    assert set(edge) == {255}


def test_whoever_has_the_page_of_the_order_has_its_code():
    order = awaiting_transfer()
    url = f"/order/{order.token}/transfer.png"
    assert url in Client().get(f"/order/{order.token}/").content.decode()
    answer = Client().get(url)
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"].startswith("private")
    assert answer.content == transfer_code.png(transfer_code.text_of(order.awaited, TOTAL))
    assert Client().get("/order/nobody/transfer.png").status_code == 404


def test_an_order_that_is_not_waited_for_any_more_has_no_code():
    order = awaiting_transfer()
    lifecycle.cancel(order.pk, reason="")
    assert Client().get(f"/order/{order.token}/transfer.png").status_code == 404


def test_the_letter_shows_the_code_by_its_whole_address(settings):
    order = awaiting_transfer()
    kind = OrderMail.Kind.PLACED
    letter, _is_new = OrderMail.objects.get_or_create(order=order, kind=kind, reference="")
    html = letters.compose(letter).alternatives[0][0]
    assert f'src="{settings.SHOP_URL.rstrip("/")}/order/{order.token}/transfer.png"' in html
