"""The shop for WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

from shop import slow_statements
from shop.startup import attach_embedded_servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
attach_embedded_servers()
slow_statements.watch()
application = get_wsgi_application()

# Models can be imported only now that the apps are loaded.
from shop.operations.demo import refuse_open_accounts  # noqa: E402

refuse_open_accounts()
