"""Plans of listings over 12,600 products: no page reads a large table, nor sorts it."""

import json
from datetime import timedelta
from unittest.mock import patch

import time_machine
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from catalog.listings import collections, listed
from catalog.listings.facet_rows import COUNTED_ROWS
from shop.operations.statistics import analyze

PRODUCTS = 12_600
#: Rows above which nothing may be read as a whole.
LARGE = 10_000
#: Rows that a page may sort.
PAGE_ROWS = 2_000

LOAD = """
    WITH category AS (
        INSERT INTO catalog_category (id, slug, name, path, level, description, icon, display_order)
        VALUES (gen_random_uuid(), 'tops', 'Tops', 'tops', 0, '', '', 0) RETURNING id
    ),
    brand AS (
        INSERT INTO catalog_brand (id, name, slug, description, maker_name, maker_address,
            maker_email)
        VALUES (gen_random_uuid(), 'Mill', 'mill', '', '', '', '') RETURNING id
    ),
    option AS (
        INSERT INTO catalog_optionvalue (id, option, slug, name, position, swatch, second_swatch,
            family)
        SELECT gen_random_uuid(), option, slug, slug, 0, '', '', '' FROM (VALUES
            ('size', 's'), ('size', 'm'), ('color', 'navy'), ('color', 'oat')
        ) AS known (option, slug)
    ),
    collection AS (
        INSERT INTO catalog_collection (id, title, slug, summary, description, thread, status, kind,
            rule, display_order, seo_title, seo_description)
        VALUES (gen_random_uuid(), 'All', 'all', '', '', 'weld', 'ACTIVE', 'MANUAL', '{}', 0, '',
            '')
        RETURNING id
    ),
    product AS (
        INSERT INTO catalog_product (id, title, slug, brand_id, brand_name, summary, description,
            status, currency, price, tax_class, inventory_policy, tags, keywords, attributes,
            fibers, care, origin, passport_url, seo_title, seo_description, published_at,
            rating_count, units_sold, rating_average)
        SELECT gen_random_uuid(), 'Tee ' || n, 'tee-' || n, brand.id, 'Mill', '', '', 'ACTIVE',
            'EUR', 1000 + n %% 977, 'STANDARD', 'CONTINUE', '{}', '{}',
            jsonb_build_object('fit', 'Fit ' || n %% 3), '[]', '{}', '', '', '', '',
            now() - n * interval '1 minute', 3, n %% 100, 1 + n %% 400 / 100.0
        FROM generate_series(1, %(products)s) n, brand
        RETURNING id, price
    ),
    placed AS (
        INSERT INTO catalog_productcategory (id, product_id, category_id, is_primary, position)
        SELECT gen_random_uuid(), product.id, category.id, true, price %% 50 FROM product, category
    ),
    collected AS (
        INSERT INTO catalog_collectionproduct (id, product_id, collection_id, position)
        SELECT gen_random_uuid(), product.id, collection.id, 0 FROM product, collection
    )
    INSERT INTO catalog_productvariant (id, product_id, sku, title, option_values, price, barcode,
        weight_grams, is_primary, position)
    SELECT gen_random_uuid(), product.id, product.id || size, '', jsonb_build_object(
            'size', size, 'color', CASE WHEN price %% 2 = 0 THEN 'navy' ELSE 'oat' END
        ), price, '', 0, size = 's', 0
    FROM product, (VALUES ('s'), ('m')) AS known (size)
"""


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def faults(statement):
    """What in the plan of a statement reads or sorts a large table."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        [[[explained]]] = cursor.fetchall()
        explained = json.loads(explained) if isinstance(explained, str) else explained
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE reltuples > %s", [LARGE])
        large = dict(cursor.fetchall())
    found = []
    for node in nodes(explained["Plan"]):
        if not node["Actual Loops"]:
            continue
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large:
            found.append(f"reads all of {node['Relation Name']}")
        if node["Node Type"].endswith("Sort"):
            rows = max(child["Actual Rows"] for child in node["Plans"])
            # Counts sort what the counted rows have in common with each filter, once.
            if rows > (10 * COUNTED_ROWS if statement.lstrip().startswith("WITH") else PAGE_ROWS):
                found.append(f"sorts {rows} rows")
    return found


def answer(client, url, parameters):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url, parameters)
    assert response.status_code == 200
    return response, [query["sql"] for query in captured.captured_queries]


PLACES = ["/c/tops/", "/collections/all/", "/brands/mill/"]
ORDERS = ["", "newest", "price", "price-desc", "rating", "best-selling"]
FILTERS = [
    {"size": "m"},
    {"color": "navy", "size": ["s", "m"]},
    {"min": "12", "max": "13"},
    {"min": "12", "max": "13", "sort": "rating"},
    {"min": "12", "max": "19", "sort": "price"},
    {"min": "19", "sort": "price"},
    {"fit": "fit-1", "rating": "4"},
    {"in_stock": "1"},
]


class TestPlans(TestCase):
    @classmethod
    def setUpTestData(cls):
        """Once for all tests: as a bulk load does it."""
        with connection.cursor() as cursor:
            # A busy machine may take longer than a page may.
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
            cursor.execute(LOAD, {"products": PRODUCTS})
            cursor.execute("SET LOCAL session_replication_role = 'origin'")
            analyze()
            listed.rebuild()
            analyze()
            listed.count_places()
            analyze()
            # The products are as old as this says.
            cursor.execute("SELECT now()")
            [[cls.loaded_at]] = cursor.fetchall()

    def judge(self, url, parameters=None):
        """The listing of a page, once none of its statements has a fault."""
        with CaptureQueriesContext(connection) as captured:
            response = self.client.get(url, parameters or {})
        statements = [query["sql"] for query in captured.captured_queries]
        selects = [one for one in statements if one.lstrip().startswith(("SELECT", "WITH"))]
        assert len(selects) >= 3
        assert {one[-400:]: faults(one) for one in selects if faults(one)} == {}, (url, parameters)
        listing = response.context["listing"]
        assert len(listing.cards) == 24, (url, parameters)
        return listing

    def test_each_order_of_each_place_is_a_range_of_an_index(self):
        for url in PLACES:
            for sort in ORDERS:
                listing = self.judge(url, {"sort": sort})
                assert "after=" in listing.pages.next_url
                self.judge(listing.pages.next_url)

    def test_filters_read_a_bounded_number_of_rows(self):
        for filters in FILTERS:
            listing = self.judge("/c/tops/", filters)
            assert listing.total_words.endswith("+")

    @patch.object(collections, "LOOKED_AT", 5_000)
    def test_members_of_a_collection_are_found_without_a_walk_through_the_shop(self):
        # On a busy machine the load alone takes longer than lies between two products.
        at_once = time_machine.travel(self.loaded_at + timedelta(seconds=30), tick=False)
        for rule, number in (
            ({"new_days": 1}, 1_439),
            ({"brands": ["mill"]}, collections.MOST_MEMBERS),
            ({"brands": ["mill"], "price_from": 1_970}, 84),
            ({"tags": ["none"]}, 0),
        ):
            with at_once, CaptureQueriesContext(connection) as captured:
                assert len(collections.newest_meeting(rule)) == number, rule
            for query in captured.captured_queries:
                assert not [one for one in faults(query["sql"]) if "reads" in one], rule

    def test_a_number_reads_what_it_skips_and_no_more(self):
        self.judge("/c/tops/", {"page": "20"})

    def test_numbers_end_and_walking_on_does_not(self):
        listing = self.client.get("/c/tops/", {"page": "525"}).context["listing"]
        assert listing.is_clamped
        assert listing.pages.links[-1].number == 500
        assert "page=501&after=" in listing.pages.next_url
        assert self.judge(listing.pages.next_url).pages.previous_url.endswith("?page=500")

    def test_a_large_place_knows_its_number(self):
        assert self.judge("/c/tops/").total_words == "12,600"
        assert self.judge("/c/tops/", {"size": "m"}).scopes == []
