"""The languages whose word forms search knows, fixed in a function of the database.

A column made by the database needs an expression that never changes its mind, so the setting
``SHOP_SEARCH_LANGUAGES`` cannot be read there. The migration defines ``catalog_stems`` for the
languages of that moment; :func:`set_languages` defines it anew and writes the column again.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction

from catalog.errors import UnknownLanguages

#: Text search configurations of PostgreSQL by language code.
CONFIGURATIONS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
_COLUMNS = (
    ("search_head", "catalog_head_vector(title, keywords, tags, brand_name)", "product_head"),
    (
        "search_vector",
        "catalog_search_vector(title, keywords, tags, brand_name, summary, description)",
        "product_search",
    ),
)


def chosen() -> list[str]:
    """Codes of the setting that PostgreSQL knows, without regions: "de-at" is "de"."""
    codes = (code.strip().lower().split("-")[0] for code in settings.SHOP_SEARCH_LANGUAGES)
    return [code for code in dict.fromkeys(codes) if code in CONFIGURATIONS]


def definition(codes: Sequence[str]) -> str:
    """SQL of the function that gives the forms of words, and that of a query's word.

    ``catalog_stems`` is of a text, ``catalog_stemmed_query`` of a tsquery's text; the second is
    empty for a word that says nothing in one of the languages, such as "the".
    """
    names = [CONFIGURATIONS[code] for code in codes]
    stems = " || ".join(f"to_tsvector('pg_catalog.{name}', words)" for name in names)
    query = " || ".join(f"to_tsquery('pg_catalog.{name}', word)" for name in names)
    says_nothing = " OR ".join(
        f"numnode(to_tsquery('pg_catalog.{name}', word)) = 0" for name in names
    )
    return f"""
        CREATE OR REPLACE FUNCTION catalog_stems(words text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN {stems or "''::tsvector"};
        CREATE OR REPLACE FUNCTION catalog_stemmed_query(word text) RETURNS tsquery
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN CASE WHEN {says_nothing or "false"} THEN ''::tsquery
            ELSE {query or "to_tsquery('pg_catalog.simple', word)"} END;
    """


def set_languages(codes: Sequence[str]) -> None:
    """Let search know the forms of these languages' words.

    Writes the search columns of all products anew; the table is locked meanwhile, some 20 s for
    100,000 products. Raises UnknownLanguages for codes without a configuration.
    """
    unknown = [code for code in codes if code not in CONFIGURATIONS]
    if unknown:
        raise UnknownLanguages(unknown)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(definition(codes))
        for column, expression, index in _COLUMNS:
            cursor.execute(f"ALTER TABLE catalog_product DROP COLUMN {column}")
            cursor.execute(
                f"ALTER TABLE catalog_product ADD COLUMN {column} tsvector "
                f"GENERATED ALWAYS AS ({expression}) STORED"
            )
            cursor.execute(f"CREATE INDEX {index} ON catalog_product USING gin ({column})")
