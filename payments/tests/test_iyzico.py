"""iyzico, asked as the shop asks it, against a double of its published interface."""

import pytest

from payments.providers.base import Buyer, Charge, Known, Line, Outcome
from payments.providers.iyzico import Iyzico, form
from payments.tests.doubles.iyzico import IyzicoDouble

KEY = "0192f0c1-0000-7000-8000-000000000001"
ADDRESS = {
    "full_name": "Ada Maria Weber",
    "line1": "Lindenstr. 4",
    "city": "Berlin",
    "postal_code": "10969",
    "country": "DE",
    "phone": "",
}
GOODS = (Line("Shirt", "S-1", 1, 3000), Line("Trousers", "T-1", 2, 5000))


@pytest.fixture(scope="module")
def running():
    with IyzicoDouble() as double:
        yield double


@pytest.fixture
def double(running, settings):
    running.forms.clear()
    running.seen.clear()
    running.heal()
    running.signs, running.status = True, 200
    for name, value in running.options().items():
        setattr(settings, name, value)
    return running


def charge(amount=8490, *, key=KEY, lines=GOODS, **changed):
    buyer = {
        "email": "ada@example.com",
        "ip": "203.0.113.7",
        "language": "de",
        "order_number": "SV-1001",
        "billing": ADDRESS,
        "shipping": ADDRESS,
        "lines": lines,
    }
    url = "https://shop.example/checkout/challenge/x/return/"
    return Charge(key, amount, "EUR", "", url, lambda: Buyer(**(buyer | changed)))


def opened(double, **kwargs):
    """A page that waits for its shopper, as the shop knows it."""
    return Iyzico().authorize(charge(**kwargs)).reference


def paid(double, amount=8490, *, key=KEY, **how):
    """A payment whose money is reserved."""
    token = opened(double, amount=amount, key=key)
    double.pay(token, **how)
    return Known(key, double.forms[token].payment_id, amount, "EUR")


def taken(double, **how):
    payment = paid(double, **how)
    Iyzico().capture(payment, key=f"{KEY}:capture", amount=payment.amount)
    return payment


def finish(token, /, **answer):
    return Iyzico().finish(charge(), reference=token, answer=answer)


def test_the_shopper_is_sent_to_a_page_with_what_they_buy(double):
    answer = Iyzico().authorize(charge())
    assert answer.outcome is Outcome.CHALLENGE
    assert answer.redirect_url == f"{double.url}/pay?token={answer.reference}"
    told = double.opened.request
    assert (told["conversationId"], told["basketId"]) == (KEY, "SV-1001")
    assert (told["price"], told["paidPrice"], told["currency"]) == ("84.90", "84.90", "EUR")
    assert (told["buyer"]["name"], told["buyer"]["surname"]) == ("Ada Maria", "Weber")
    assert (told["locale"], told["buyer"]["country"]) == ("en", "Germany")


@pytest.mark.parametrize(
    ("amount", "prices"),
    [
        (8490, ["30.00", "50.00", "4.90"]),
        (8000, ["30.00", "50.00"]),
        (4001, ["15.00", "25.01"]),
        (1, ["0.01"]),
    ],
)
def test_items_add_up_to_what_is_charged(double, amount, prices):
    told = form.request_of(charge(amount))
    assert [item["price"] for item in told["basketItems"]] == prices
    assert Iyzico().authorize(charge(amount)).outcome is Outcome.CHALLENGE


def test_somebody_with_one_name_and_no_address_can_pay(double):
    answer = Iyzico().authorize(charge(billing={"full_name": "Cher"}, shipping={}, ip=""))
    assert answer.outcome is Outcome.CHALLENGE
    assert double.opened.request["buyer"]["surname"] == "Cher"


def test_installments_are_offered_as_the_shop_says(double, settings):
    settings.IYZICO_INSTALLMENTS = [1, 3, 6]
    opened(double)
    assert double.opened.request["enabledInstallments"] == [1, 3, 6]


def test_paid_on_the_page_is_reserved_under_its_number(double):
    token = opened(double)
    back = double.pay(token)
    answer = finish(token, **back)
    assert (answer.outcome, answer.amount) == (Outcome.APPROVED, 8490)
    assert answer.reference == double.forms[token].payment_id
    card = answer.method
    assert (card.brand, card.last4, card.bin, card.installments) == (
        "Mastercard",
        "0006",
        "552608",
        1,
    )


def test_nobody_has_paid_yet(double):
    token = opened(double)
    assert finish(token, token=token).outcome is Outcome.CHALLENGE
    assert Iyzico().fetch(charge(), reference=token).outcome is Outcome.CHALLENGE


def test_a_shopper_who_gives_up_is_believed_unless_they_have_paid(double):
    token = opened(double)
    given_up = finish(token, approved="no")
    assert (given_up.outcome, given_up.code) == (Outcome.DECLINED, "authentication_failed")
    double.pay(token)
    assert finish(token, approved="no").outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        ({"error": "10051"}, "insufficient_funds"),
        ({"error": "10054"}, "expired_card"),
        ({"error": "10005"}, "card_declined"),
        ({"error": "6000"}, "fraud_suspected"),
        ({"error": "10005", "three_d": "0"}, "authentication_failed"),
    ],
)
def test_each_refusal_is_told_in_our_words(double, refused, code):
    token = opened(double)
    answer = finish(token, **double.refuse(token, **refused))
    assert (answer.outcome, answer.code, answer.reference) == (Outcome.DECLINED, code, token)


def test_a_refused_card_ends_nothing_while_the_shopper_is_on_the_page(double):
    token = opened(double)
    double.refuse(token)
    assert Iyzico().fetch(charge(), reference=token).outcome is Outcome.CHALLENGE
    double.pay(token)
    assert Iyzico().fetch(charge(), reference=token).outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("fraud", "outcome", "code"),
    [(0, Outcome.CHALLENGE, "in_review"), (-1, Outcome.DECLINED, "fraud_suspected")],
)
def test_money_under_review_is_waited_for_and_refused_money_is_not(double, fraud, outcome, code):
    token = opened(double)
    double.pay(token, fraud=fraud)
    answer = finish(token)
    assert (answer.outcome, answer.code) == (outcome, code)


def test_the_token_of_another_payment_pays_nothing(double):
    mine, others = opened(double), opened(double, key=KEY[:-1] + "2")
    double.pay(others)
    assert finish(mine, token=others).outcome is Outcome.CHALLENGE


@pytest.mark.parametrize("price", ["84.89", "84.91", "0.01"])
def test_another_amount_than_ours_is_refused(double, price):
    token = opened(double)
    double.pay(token, price=price)
    answer = finish(token)
    assert (answer.outcome, answer.code) == (Outcome.DECLINED, "amount_mismatch")
    assert Iyzico().fetch(charge(), reference=token).authorized == 0


def test_another_currency_than_ours_is_refused(double):
    token = opened(double)
    double.pay(token)
    double.forms[token].request["currency"] = "TRY"
    assert finish(token).code == "amount_mismatch"
