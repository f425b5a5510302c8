"""Which tables are ours."""

from django.apps import AppConfig, apps
from django.db import models

#: Our apps, from the ground floor up.
APPS = (
    "accounts",
    "audit",
    "events",
    "inventory",
    "catalog",
    "orders",
    "payments",
    "bookings",
    "operations",
)


def app_configs() -> list[AppConfig]:
    """Our apps as far as they are installed, from the ground floor up."""
    installed = {config.label: config for config in apps.get_app_configs()}
    return [installed[label] for label in APPS if label in installed]


def tables(config: AppConfig) -> list[type[models.Model]]:
    """The models of an app in the order of their tables' names."""
    return sorted(config.get_models(), key=lambda model: model._meta.db_table)
