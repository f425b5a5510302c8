"""What searches read of 12,000 products: no large table as a whole, and few rows of any."""

from django.db import connection
from django.test import TestCase

from catalog.models.listed import EVERYWHERE
from catalog.searching import search, vocabulary
from catalog.searching.rules import Rules
from shop.operations.statistics import analyze

PRODUCTS = 12_000
NO_RULES = Rules({}, {})

# Every product is a shirt, one in fifty of linen, and one in a hundred mentions wool.
LOAD = """
    WITH product AS (
        INSERT INTO catalog_product (id, title, slug, brand_name, summary, description, status,
            currency, price, tax_class, inventory_policy, tags, keywords, attributes, fibers, care,
            origin, passport_url, seo_title, seo_description, published_at, rating_count,
            units_sold)
        SELECT gen_random_uuid(), 'Shirt ' || CASE WHEN n %% 50 = 0 THEN 'linen' ELSE 'hemp' END,
            'shirt-' || n, '', 'Plain', CASE WHEN n %% 100 = 1 THEN 'Like wool.' ELSE '' END,
            'ACTIVE', 'EUR', 1000 + n %% 977, 'STANDARD', 'CONTINUE', '{}', '{}', '{}', '[]', '{}',
            '', '', '', '', now() - n * interval '1 minute', 0, 0
        FROM generate_series(1, %(products)s) n
        RETURNING id, slug, price
    )
    INSERT INTO catalog_productvariant (id, product_id, sku, title, option_values, price, barcode,
        weight_grams, is_primary, position)
    SELECT gen_random_uuid(), id, upper(slug), '', '{}', price, '', 0, true, 0 FROM product
"""
# Each product stands in four more places, as in a shop with categories and brands.
LIST = """
    INSERT INTO catalog_listedproduct (place_id, product_id, precedence, published_at, price_low,
        price_high, rating, units_sold, terms)
    SELECT place.id, product.id, 0, published_at, price, price, 0, 0, '{}'
    FROM catalog_product product, (
        SELECT %(everywhere)s::uuid UNION ALL SELECT gen_random_uuid() FROM generate_series(1, 4)
    ) place (id)
"""
WORDS = """
    INSERT INTO catalog_searchword (word, products, heads)
    SELECT 'w' || substr(md5(n::text), 1, 7), 1, 1 FROM generate_series(1, 11000) n
"""
POPULAR = """
    INSERT INTO catalog_popularsearch (term, weight, results)
    SELECT 'shirt ' || n, 1e300, 1 FROM generate_series(1, 11000) n
"""
READ = """
    SELECT relname, seq_tup_read, coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
    WHERE relname LIKE 'catalog_%%'
"""


def reads():
    """Rows read in this transaction by table: as a whole, and through an index."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return {name: (whole, fetched) for name, whole, fetched in cursor.fetchall()}


class TestSearchPlans(TestCase):
    @classmethod
    def setUpTestData(cls):
        with connection.cursor() as cursor:
            # A busy machine may take longer than a page may.
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
            cursor.execute(LOAD, {"products": PRODUCTS})
            cursor.execute("SET LOCAL session_replication_role = 'origin'")
            cursor.execute(LIST, {"everywhere": EVERYWHERE})
            vocabulary.rebuild()
            cursor.execute(WORDS)
            cursor.execute(POPULAR)
            analyze()

    def judge(self, parameters, *, fetched, headers=None):
        """The answer, once it read nothing as a whole and at most ``fetched`` rows of a table."""
        before = reads()
        response = self.client.get("/search/", parameters, headers=headers or {})
        for name, (whole, through_index) in reads().items():
            known = before.get(name, (0, 0))
            assert whole - known[0] < 10_000, name
            assert through_index - known[1] <= fetched, (name, through_index - known[1])
        return response

    def test_a_common_word_ranks_some_of_its_hits(self):
        listing = self.judge({"q": "shirt"}, fetched=15_000).context["listing"]
        assert listing.total_words == "1,000+"
        assert len(listing.cards) == 24

    def test_two_words_read_their_hits(self):
        listing = self.judge({"q": "linen shirt"}, fetched=3_000).context["listing"]
        assert listing.total_words == "240"

    def test_a_rare_word_of_descriptions_reads_its_hits(self):
        listing = self.judge({"q": "wool"}, fetched=3_000).context["listing"]
        assert listing.total_words == "120"

    def test_an_unfinished_word_reads_its_hits(self):
        listing = self.judge({"q": "shirt lin"}, fetched=3_000).context["listing"]
        assert listing.total_words == "240"

    def test_a_typo_reads_words_that_look_alike(self):
        response = self.judge({"q": "lnien shirt"}, fetched=3_000)
        assert response.context["shown"] == "linen shirt"

    def test_a_code_reads_one_row(self):
        assert self.judge({"q": "shirt-777"}, fetched=20).status_code == 302

    def test_suggestions_read_a_few_rows(self):
        headers = {"HX-Request": "true", "HX-Target": "search-options-header"}
        response = self.judge({"q": "shirt 1"}, fetched=15_000, headers=headers)
        assert response.context["groups"]

    def test_filters_and_other_orders_read_the_hits(self):
        for more in ({"sort": "price"}, {"min": "12"}, {"in_stock": "1"}, {"page": "3"}):
            listing = self.judge({"q": "linen", **more}, fetched=6_000).context["listing"]
            assert listing.cards, more

    def test_the_newest_are_read_for_a_word_that_most_have(self):
        before = reads()["catalog_product"][1]
        assert len(search.find("shirt", NO_RULES).ids) == search.MOST_HITS
        assert reads()["catalog_product"][1] - before < 3 * search.MOST_HITS
