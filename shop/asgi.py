"""The shop for ASGI servers."""

import os

from django.core.asgi import get_asgi_application

from shop import slow_statements
from shop.startup import attach_embedded_servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
attach_embedded_servers()
slow_statements.watch()
application = get_asgi_application()
