"""``manage.py set_search_languages``: let search know the word forms of the shop's languages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.errors import UnknownLanguages
from catalog.searching import languages as search_languages
from catalog.searching import vocabulary


class Command(BaseCommand):
    """After a change of ``SHOP_SEARCH_LANGUAGES``; writes the search columns anew."""

    help = "Let search know the word forms of these languages (default: SHOP_SEARCH_LANGUAGES)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", help='Language codes, such as "en de".')

    def handle(self, *args: Any, **options: Any) -> None:
        codes = options["codes"] or search_languages.chosen()
        try:
            search_languages.set_languages(codes)
        except UnknownLanguages as error:
            known = ", ".join(search_languages.CONFIGURATIONS)
            raise CommandError(
                f"No word forms are known for: {', '.join(error.codes)}. Known: {known}."
            ) from error
        words = vocabulary.rebuild()
        self.stdout.write(f"Search knows {', '.join(codes) or 'exact words'}; {words} words.")
