"""Where providers send their notices: stored and answered at once, looked into afterwards.

200 says that it is stored, also when it came before; 400 that it is not the provider's, or not
readable; 503 that it has to come again.
"""

from typing import Final

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import notices
from payments.errors import NoticeRefused, ProviderAway, UnknownProvider
from shop.rate_limits import limit

logger = structlog.get_logger(__name__)

#: The longest notice that is read, in bytes.
MOST_BYTES: Final = 256 * 1024
#: Notices from one address of the net in a minute; providers send again what was refused.
MOST, MINUTE = 600, 60
#: After so many seconds a provider may try again.
RETRY_SECONDS = 30


@csrf_exempt
@never_cache
@require_POST
def receive(request: HttpRequest, name: str) -> HttpResponse:
    """One notice of the provider called ``name``, in lower case."""
    limit(request, "webhook", most=MOST, seconds=MINUTE)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        notices.receive(name.upper(), request.headers, body)
    except UnknownProvider as error:
        raise Http404 from error
    except NoticeRefused as error:
        logger.warning("notice refused", provider=name, why=str(error))
        return HttpResponse(status=400)
    except ProviderAway as error:
        logger.warning("notice could not be checked", provider=name, why=str(error))
        return HttpResponse(status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    return HttpResponse(status=200)
