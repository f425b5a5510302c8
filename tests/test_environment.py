"""``.env.example`` tells the truth about ``shop/settings.py``."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

EXAMPLE = (settings.BASE_DIR / ".env.example").read_text()
SHOWN = dict(re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
SOURCE = (settings.BASE_DIR / "shop" / "settings.py").read_text()
READ = set(re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"", SOURCE))
#: Read by the tests themselves.
OF_TESTS = {"CHROMIUM_PATH"}
PRINT_SETTINGS = """
import environ, json
environ.Env.read_env = lambda *args, **options: None
from shop import settings
shown = {name: value for name, value in vars(settings).items() if name.isupper()}
print(json.dumps(shown, default=lambda value: type(value).__name__))
"""


def settings_with(variables):
    """The settings of a new process that has these variables and no file ``.env``."""
    inherited = {k: v for k, v in os.environ.items() if k not in READ}
    answer = subprocess.run(
        [sys.executable, "-c", PRINT_SETTINGS],
        capture_output=True,
        check=True,
        cwd=settings.BASE_DIR,
        env=inherited | variables,
        text=True,
    )
    return json.loads(answer.stdout)


def test_every_setting_is_in_the_example_and_nothing_else():
    assert set(SHOWN) - OF_TESTS == READ
    assert len(READ) > 20


def test_the_example_shows_the_defaults():
    assert settings_with(SHOWN) == settings_with({})


def test_a_changed_variable_changes_a_setting():
    assert settings_with({"SHOP_NAME": "Salt"})["SHOP_NAME"] == "Salt"


def test_a_time_for_returns_that_nobody_may_promise_stops_the_start():
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        settings_with({"SHOP_RETURN_DAYS": "13"})
    assert "SHOP_RETURN_DAYS" in stopped.value.stderr
