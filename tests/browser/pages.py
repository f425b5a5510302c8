"""A shopper's way through the shop, in a browser window of a given kind."""

import re

from playwright.sync_api import expect

#: Milliseconds until a page that did not come is called missing; a busy machine is slow.
PATIENCE = 30_000
#: Tab stops from the start of a product page's main part to the button that buys.
MOST_STOPS = 25
GOOD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"
ASKS = "4000 0027 6000 3184"
#: Answers that pages give on purpose; the browser logs each of them as an error.
MEANT = {403, 404, 409, 410, 422}
#: Chromium says this when a page with a view transition is left before it has ended.
NOT_OURS = re.compile(r"^(Transition was|Failed to load resource)")


class ShopPages:
    """Windows of one browser; ``complaints`` has what went wrong in any of them."""

    def __init__(self, browser, url):
        self.browser, self.url = browser, url
        self.complaints, self.contexts = [], []

    def open(self, path="/", *, width=1440, javascript=True, touch=False):
        """A new window, like another person's, at ``path``."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            color_scheme="light",
            reduced_motion="reduce",
            has_touch=touch,
            is_mobile=touch,
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", self._listen)
        self.contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    def close(self):
        for context in self.contexts:
            context.close()

    def _listen(self, page):
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("response", self._on_response)

    def _on_console(self, message):
        if message.type in ("error", "warning"):
            self._complain(message.text)

    def _on_response(self, response):
        is_page = response.request.resource_type in ("document", "xhr", "fetch")
        if response.status >= 400 and not (is_page and response.status in MEANT):
            self._complain(f"{response.status} {response.url}")

    def _complain(self, text):
        if not NOT_OURS.match(text):
            self.complaints.append(text)


def wired(page):
    """Wait until what came into the page does what it is there for: htmx wires it a moment later.

    Until then a button does nothing, or what it does without script.
    """
    expect(page.locator(".htmx-added, .htmx-settling")).to_have_count(0)


def put_in_cart(page, slug="plain-tee", size="M"):
    """Choose a size, add the garment, and go to the cart page."""
    page.goto(f"/p/{slug}/")
    page.get_by_role("radio", name=size, exact=True).check(force=True)
    page.get_by_role("button", name="Add to cart").first.click()
    # With script the drawer opens, without it the cart page comes.
    page.get_by_role("button", name="Checkout", exact=True).first.wait_for()
    page.goto("/cart/")


def go_to_checkout(page):
    page.get_by_role("button", name="Checkout", exact=True).locator("visible=true").first.click()
    page.wait_for_url("**/checkout/")


def start_express(page, slug="plain-tee", size="M"):
    """Buy a garment at once, from its own page."""
    page.goto(f"/p/{slug}/")
    page.get_by_role("radio", name=size, exact=True).check(force=True)
    page.get_by_role("button", name="Buy now").click()
    page.wait_for_url("**/checkout/express/")


def type_address(page, email="ada@example.com"):
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Full name").fill("Ada Weber")
    page.get_by_label("Street and number").fill("Lindenstr. 4")
    page.get_by_label("Postcode").fill("10969")
    page.get_by_label("Town").fill("Berlin")


def fill_contact(page, email="ada@example.com"):
    type_address(page, email)
    page.get_by_role("button", name="Continue to delivery").click()
    page.wait_for_url("**/checkout/delivery/")


def choose_delivery(page):
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url("**/checkout/payment/")


def type_card(page, number=GOOD):
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12/30")
    page.get_by_label("Security code").fill("123")


def fill_card(page, number=GOOD):
    type_card(page, number)
    page.get_by_role("button", name="Review order").click()
    page.wait_for_url("**/checkout/review/")


def go_to_review(page, number=GOOD):
    """From the product to the page with the button that pays."""
    put_in_cart(page)
    go_to_checkout(page)
    fill_contact(page)
    choose_delivery(page)
    fill_card(page, number)


def pay(page):
    page.get_by_role("button", name="Pay €").click()


def expect_thanks(page):
    # Not wait_for_url: the second of two clicks aborts the navigation that the first began.
    expect(page).to_have_url(re.compile("/thanks/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
