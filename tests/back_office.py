"""Staff to sign in as, and the forms of a page as a browser would post them."""

from html.parser import HTMLParser

from django.contrib.auth.models import Group

from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.accounts.tests.proving import proven


def staff(role=Role.ADMIN, password=None):
    """Someone who works here in ``role``."""
    person = User.objects.create_user(f"{role}@example.com", password, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    return person


def signed_in(person):
    """A browser in which the person has just signed in."""
    return proven(person)


class _Fields(HTMLParser):
    """The controls of every form that posts, with the values they have now."""

    def __init__(self):
        super().__init__()
        self.values = {}
        self.select = self.textarea = None

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        name, kind = found.get("name"), found.get("type", "text")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in found:
            self.values.setdefault(self.select, found.get("value", ""))
        elif tag == "textarea":
            self.textarea = name
            self.values[name] = ""
        elif tag == "input" and name and kind not in ("submit", "button", "file", "search"):
            is_choice = kind in ("checkbox", "radio")
            if not is_choice or "checked" in found:
                self.values[name] = found.get("value", "on" if is_choice else "")

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            # A browser leaves out the line break right after the tag.
            self.values[self.textarea] += data.removeprefix("\r\n").removeprefix("\n")


def fields_of(response):
    """What posting the page's form unchanged would send."""
    parser = _Fields()
    parser.feed(response.content.decode())
    return {name: value for name, value in parser.values.items() if "__prefix__" not in name}
