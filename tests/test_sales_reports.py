"""Sales by time and by kind, on a page and as a file."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from catalog.models import Product
from inventory import snapshots
from inventory.models import StockSnapshot
from inventory.tests.builders import shelf, variant
from orders.checkouts import placing
from orders.models import Order
from orders.placed import lifecycle
from orders.tests import offers
from orders.tests.factories import (
    filled_cart,
    paid_order,
    placed_order,
    ready_checkout,
    shown_total,
    variant_in_stock,
)
from payments import processing, refunding
from payments.models import Refund
from payments.refunding import LineRefund
from payments.tests.cards import method
from shop.accounts.roles import Role
from shop.models import new_id
from shop.money import format_money
from shop.operations.reports import charts
from shop.operations.reports.home import panels
from shop.operations.reports.kpis import change_of, figures
from shop.operations.reports.periods import Period, period_of
from shop.operations.reports.sales import By, rows, sum_of
from tests.back_office import signed_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

#: Net of 19 % in 119.00, which is sent for nothing.
GROSS, NET = 11900, 10000
PAGE = "/admin/sales/"


def today(days=1):
    last = timezone.localdate()
    return Period(last - timedelta(days=days - 1), last)


def sold(*lines, when=None):
    """A paid order, placed ``when``."""
    order = paid_order(*(lines or [(variant_in_stock(price=GROSS), 1)]))
    if when is not None:
        earlier = {"placed_at": when, "paid_at": when}
        Order.objects.filter(pk=order.pk).update(**earlier)
    return order


def test_what_is_paid_counts_and_nothing_else():
    sold()
    placed_order((variant_in_stock(price=GROSS), 1))
    lifecycle.call_off(sold().pk, reason="Changed my mind")
    (row,) = rows(By.DAY, today())
    assert (row.orders, row.units, row.net) == (1, 1, NET)


def test_a_day_ends_at_midnight_where_the_shop_is():
    zone = ZoneInfo(settings.TIME_ZONE)
    sold(when=datetime(2026, 3, 1, 23, 59, tzinfo=zone))
    sold(when=datetime(2026, 3, 2, 0, 0, tzinfo=zone))
    found = rows(By.DAY, Period(date(2026, 3, 1), date(2026, 3, 3)))
    assert [(row.key, row.orders) for row in found] == [
        ("2026-03-01", 1),
        ("2026-03-02", 1),
        ("2026-03-03", 0),
    ]


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (By.WEEK, ["2026-02-23", "2026-03-02"]),
        (By.MONTH, ["2026-02-01", "2026-03-01"]),
    ],
)
def test_weeks_and_months_begin_where_people_expect(by, keys):
    found = rows(by, Period(date(2026, 2, 28), date(2026, 3, 3)))
    assert [row.key for row in found] == keys


def test_products_are_told_best_first():
    shirt, scarf = variant_in_stock(price=GROSS), variant_in_stock(price=2 * GROSS)
    sold((shirt, 1), (scarf, 1))
    sold((shirt, 3))
    found = rows(By.PRODUCT, today())
    assert [(row.name, row.orders, row.units, row.net) for row in found] == [
        (shirt.product.title, 2, 4, 4 * NET),
        (scarf.product.title, 1, 1, 2 * NET),
    ]


def test_countries_and_codes():
    offers.coupon("TEN", kind="PERCENTAGE", value=1000)
    cart = filled_cart((variant_in_stock(price=GROSS), 1))
    cart.coupon_codes = ["TEN"]
    cart.save()
    checkout = ready_checkout(cart)
    order = placing.place_order(cart_id=cart.pk, agreed_total=shown_total(checkout))
    lifecycle.mark_paid(order.pk)
    sold()
    (code,) = rows(By.CODE, today())
    assert (code.name, code.orders, code.discount) == ("TEN", 1, 1190)
    (country,) = rows(By.COUNTRY, today())
    assert (country.key, country.orders, country.net) == ("DE", 2, 9000 + NET)
    (category,) = rows(By.CATEGORY, today())
    assert (category.name, category.units) == ("None", 2)


@pytest.mark.parametrize("by", list(By))
def test_each_report_is_one_statement(by, django_assert_num_queries):
    sold((variant_in_stock(), 1), (variant_in_stock(), 1))
    with django_assert_num_queries(1):
        rows(by, today(7))


def test_the_time_before_has_the_same_length():
    period = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert period.compared("before") == Period(date(2026, 1, 29), date(2026, 2, 28))
    year_ago = period.compared("year")
    assert year_ago.first.weekday() == period.first.weekday()


@pytest.mark.parametrize("typed", [("", ""), ("x", "2026-99-99"), ("9999-01-01", "0001-01-01")])
def test_odd_dates_give_the_last_days(typed):
    period = period_of(*typed)
    assert period.last <= timezone.localdate()
    assert 1 <= period.days <= 30


def test_changes_in_words():
    assert change_of(150, 100) == ("50 % more", "up")
    assert change_of(50, 100) == ("50 % less", "down")
    assert change_of(1, 0)[1] == "same"


def test_charts_of_nothing_are_drawn():
    assert charts.columns([0], [], ["a"]).bars[0].height == 0
    assert charts.across([], [], []).bars == charts.stacked([], [], []).bars == []
    assert charts.sparkline([3]) == ""


def test_the_figures_of_the_start_page_take_five_statements(django_assert_num_queries):
    sold()
    with django_assert_num_queries(5):
        found = figures(30)
    assert [figure.value for figure in found][1] == "1"
    assert sum_of(rows(By.DAY, today(30))).net == NET


def test_an_order_given_back_whole_is_all_of_what_was_sold():
    order = placed_order((variant_in_stock(price=GROSS), 1))
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method())
    whole = {order.items.get().pk: LineRefund(1, GROSS)}
    refunding.refund(order_id=order.pk, lines=whole, reason=Refund.Reason.OTHER, key=new_id())
    given_back = figures(7)[-1]
    assert (given_back.label, given_back.value) == ("Given back", "100.0 %")


@pytest.mark.parametrize("by", list(By))
def test_page_and_file_show_the_report(by):
    client = signed_in(staff(Role.MANAGER))
    shirt = variant_in_stock(price=GROSS)
    sold((shirt, 1))
    assert client.get(f"{PAGE}?by={by}").status_code == 200
    file = b"".join(client.get(f"/admin/sales.csv?by={by}").streaming_content).decode()
    assert file.startswith("\ufeff")
    assert ("100.00" in file) is (by != By.CODE)


@pytest.mark.parametrize("page", [PAGE, "/admin/payment-report/"])
def test_the_chart_says_which_time_its_dashed_line_is(page):
    paid_order()
    text = signed_in(staff(Role.MANAGER)).get(f"{page}?by=day&against=year").content.decode()
    assert "Dashed line: The year before" in text
    assert "Dashed line: The time before" not in text


def test_names_are_no_formulas_in_the_file():
    client = signed_in(staff(Role.MANAGER))
    shirt = variant_in_stock(price=GROSS)
    shirt.product.title = "=1+1"
    shirt.product.save()
    sold((shirt, 1))
    file = b"".join(client.get("/admin/sales.csv?by=product").streaming_content).decode()
    assert "'=1+1" in file


def test_employees_see_no_sales():
    client = signed_in(staff(Role.EMPLOYEE))
    assert client.get(PAGE).status_code == 403
    assert "Net sales" not in client.get("/admin/").content.decode()


def test_managers_see_the_figures_first():
    client = signed_in(staff(Role.MANAGER))
    sold()
    assert "Net sales" in client.get("/admin/?days=7").content.decode()


def drawn(days=30, *, may=lambda _permission: True):
    return {panel.name: panel for panel in panels(days, may)}


def test_names_in_the_charts_of_the_start_page_are_whole():
    variant = variant_in_stock(price=GROSS)
    Product.objects.filter(pk=variant.product_id).update(title="Selvedge jeans with turn-ups")
    sold((variant, 1))
    snapshots.take(timezone.localdate())
    found = drawn()
    for name in ("product", "category", "cover"):
        chart = found[name].chart
        assert [bar.label for bar in chart.bars] == [row for row, _value in found[name].table]
        assert all(0 <= bar.x + bar.width <= chart.width for bar in chart.bars)
    assert "Nothing sold in 90 days" in [bar.label for bar in found["cover"].chart.bars]


def test_a_name_leaves_room_for_its_amount():
    bars = charts.stacked([2, 1], ["x" * 60, "Rib beanie"], ["€1,234,567.89", "€9.90"]).bars
    assert (len(bars[0].label), bars[1].label) == (31, "Rib beanie")
    assert bars[0].label.endswith("…")


def test_start_page_draws_what_sold_and_how_long_the_stock_lasts(django_assert_num_queries):
    order = sold()
    snapshots.take(timezone.localdate())
    with django_assert_num_queries(6):
        found = drawn()
    assert list(found) == ["day", "product", "category", "cover"]
    title = order.items.get().title
    assert found["product"].table == [(title, format_money(NET, "EUR"))]
    assert len(found["day"].chart.bars) == len(found["day"].table) == 30
    assert sum(int(shelves) for _name, shelves in found["cover"].table) > 0
    assert list(drawn(may=lambda permission: permission != "orders.view_sales")) == ["cover"]


def test_start_page_leaves_out_charts_of_nothing():
    assert drawn() == {}


def test_charts_of_the_start_page_come_with_table_and_file():
    sold()
    client = signed_in(staff(Role.MANAGER))
    text = client.get(reverse("admin:index")).content.decode()
    for panel in drawn().values():
        assert escape(panel.more) in text
        assert not panel.file or client.get(panel.file).status_code == 200
    assert text.count("View as table") == len(drawn())


def test_stock_is_sorted_by_how_long_it_lasts():
    day, shelves = timezone.localdate(), [shelf(variant(), units) for units in (9, 9, 9, 0)]
    for row, sold_units in zip(shelves, (90, 9, 0, 90), strict=True):
        StockSnapshot.objects.create(
            day=day, stock=row, on_hand=row.on_hand, reserved=0, sold_in_window=sold_units
        )
    # 9 units last 9 days and 90 days; one shelf sells nothing, one has nothing.
    assert snapshots.covers(day) == [1, 0, 0, 1, 0, 1]
