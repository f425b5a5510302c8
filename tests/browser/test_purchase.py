"""A guest buys a garment in a real browser, whatever the browser can do."""

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from inventory import stock
from inventory.models import Stock
from orders.models import Order
from payments.models import Payment, SandboxCharge
from tests.back_office import staff
from tests.browser.pages import (
    ASKS,
    DECLINED,
    MOST_STOPS,
    expect_thanks,
    fill_card,
    go_to_checkout,
    go_to_review,
    pay,
    put_in_cart,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


TYPED = {
    "E-mail": "ada@example.com",
    "Full name": "Ada Weber",
    "Street and number": "Lindenstr. 4",
    "Postcode": "10969",
    "Town": "Berlin",
}
CARD = {"Card number": "4242424242424242", "Expiry": "1230", "Security": "123"}


def assert_paid_once():
    order = Order.objects.get()
    charge = SandboxCharge.objects.get(captured_amount__gt=0)
    assert (order.status, charge.captured_amount) == ("PAID", order.total)


@pytest.mark.parametrize(
    ("width", "javascript"),
    [(1440, True), (375, True), (375, False)],
    ids=["wide", "phone", "bare"],
)
def test_a_guest_buys(shop_pages, width, javascript):
    page = shop_pages.open(width=width, javascript=javascript)
    go_to_review(page)
    pay(page)
    expect_thanks(page)
    assert_paid_once()


#: What the focus is on, whether that shows, and whether something else lies over it.
FOCUS = """async () => {
  // What gives way to the focus has gone some frames later.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const e = document.activeElement;
  const marked = [e, e.parentElement, e.nextElementSibling, ...(e.labels || [])].filter(Boolean);
  const lined = (each, part) => {
    const style = getComputedStyle(each, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  const shows = marked.some((each) => lined(each) || lined(each, "::after"))
    || lined(e.closest("article, li, form") || e);
  const sized = marked.find((each) => each.getBoundingClientRect().width > 4) || e;
  const box = sized.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const free = marked.some((each) => each.contains(top) || top?.contains(each));
  const labels = [...(e.labels || [])].map((label) => label.innerText).join(" ");
  const html = `${e.outerHTML.slice(0, 160)} below ${top?.outerHTML.slice(0, 160)}`;
  const name = `${e.innerText || ""} ${labels}`;
  return { name, is_body: e === document.body, shows, free, html };
}"""


def tab(page):
    """Press Tab; whatever has the focus then must show it, and be seen."""
    page.keyboard.press("Tab")
    for _look in range(20):
        at = page.evaluate(FOCUS)
        if at["is_body"] or (at["shows"] and at["free"]):
            break
    assert at["is_body"] or (at["shows"] and at["free"]), at["html"]
    return at["name"]


def focus(page, name, limit=60):
    """Press Tab until the control called ``name`` has the focus; how often that was."""
    for times in range(1, limit):
        if name in tab(page):
            return times
    pytest.fail(f"Tab does not reach {name}")


def press(page, name):
    focus(page, name)
    page.keyboard.press("Enter")


def type_in(page, texts):
    for name, text in texts.items():
        focus(page, name)
        page.keyboard.type(text)


def test_a_guest_buys_with_the_keyboard_alone(shop_pages):
    page = shop_pages.open("/c/tops/")
    while not page.evaluate("document.activeElement.matches('.c-product-card__link[href*=plain]')"):
        tab(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/plain-tee/**")
    press(page, "Skip to")
    stops = 0
    while not page.evaluate("document.activeElement.matches('[name=size]')"):
        tab(page)
        stops += 1
    page.keyboard.press("Space")
    stops += focus(page, "Add to cart")
    assert stops <= MOST_STOPS
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Your cart")).to_be_visible()
    press(page, "Checkout")
    page.wait_for_url("**/checkout/")
    type_in(page, TYPED)
    page.keyboard.press("Enter")
    page.wait_for_url("**/delivery/")
    press(page, "Continue to payment")
    page.wait_for_url("**/payment/")
    type_in(page, CARD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    press(page, "Pay €")
    expect_thanks(page)
    assert_paid_once()


def test_a_guest_buys_on_one_page_with_the_keyboard_alone(shop_pages):
    page = shop_pages.open("/p/plain-tee/")
    while not page.evaluate("document.activeElement.matches('[name=size]')"):
        tab(page)
    page.keyboard.press("Space")
    press(page, "Buy now")
    page.wait_for_url("**/express/")
    type_in(page, TYPED)
    type_in(page, CARD)
    press(page, "Pay €")
    expect_thanks(page)
    assert_paid_once()


def test_the_bank_asks_and_the_shopper_confirms(shop_pages):
    page = shop_pages.open()
    go_to_review(page, ASKS)
    pay(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("is this you")
    page.get_by_role("button", name="Confirm the payment").click()
    expect_thanks(page)
    assert_paid_once()


def test_after_a_declined_card_another_one_pays(shop_pages):
    page = shop_pages.open(javascript=False)
    go_to_review(page, DECLINED)
    pay(page)
    expect(page.get_by_role("alert")).to_contain_text("Your bank declined the payment")
    fill_card(page)
    pay(page)
    expect_thanks(page)
    assert_paid_once()


def test_back_and_reload_after_paying_pay_nothing_again(shop_pages):
    page = shop_pages.open()
    go_to_review(page)
    pay(page)
    expect_thanks(page)
    page.reload()
    page.go_back()
    expect_thanks(page)
    assert_paid_once()


def test_two_tabs_that_press_pay_make_one_order(shop_pages):
    page = shop_pages.open()
    go_to_review(page)
    second = page.context.new_page()
    second.goto("/checkout/review/")
    for tab in (page, second):
        tab.get_by_role("button", name="Pay €").click(no_wait_after=True)
    for tab in (page, second):
        expect_thanks(tab)
    assert_paid_once()
    assert Payment.objects.count() == 1


def test_pressing_pay_twice_makes_one_order(shop_pages):
    page = shop_pages.open()
    go_to_review(page)
    page.get_by_role("button", name="Pay €").dblclick()
    expect_thanks(page)
    assert_paid_once()


def test_what_sold_out_meanwhile_is_named_and_the_cart_kept(shop_pages):
    page = shop_pages.open()
    put_in_cart(page)
    shelf = Stock.objects.get(variant__sku="PLAIN-TEE-NAVY-M")
    stock.adjust(stock_id=shelf.pk, quantity_change=-10, note="Lost")
    page.get_by_role("button", name="Checkout").locator("visible=true").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Plain tee is sold out")
    expect(page.get_by_role("link", name="Plain tee", exact=True)).to_be_visible()
    assert not Order.objects.exists()


def test_staff_see_the_order_in_the_back_office(shop_pages):
    page = shop_pages.open()
    go_to_review(page)
    pay(page)
    expect_thanks(page)
    person = staff(password="long enough to sign in")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    office = shop_pages.open("/admin/orders/order/")
    form = office.get_by_role("main")
    form.get_by_label("E-mail").fill(person.email)
    form.get_by_label("Password", exact=True).fill("long enough to sign in")
    form.get_by_role("button", name="Sign in", exact=True).click()
    expect(office.get_by_role("link", name=Order.objects.get().number)).to_be_visible()


def test_another_country_brings_its_own_fields_at_once(shop_pages):
    page = shop_pages.open()
    put_in_cart(page)
    go_to_checkout(page)
    page.get_by_label("Full name").fill("Ada Weber")
    with page.expect_response("**/checkout/"):
        page.get_by_label("Country").select_option("AT")
    expect(page.get_by_label("Country")).to_have_value("AT")
    expect(page.get_by_label("Full name")).to_have_value("Ada Weber")


def test_without_script_a_submit_opens_the_billing_address(shop_pages):
    page = shop_pages.open(javascript=False)
    put_in_cart(page)
    go_to_checkout(page)
    page.get_by_label("Full name").fill("Ada Weber")
    page.get_by_label("Billing address is the same").uncheck()
    page.get_by_role("button", name="Continue to delivery").click()
    expect(page.get_by_label("Full name")).to_have_count(2)
    expect(page.get_by_label("Full name").first).to_have_value("Ada Weber")
