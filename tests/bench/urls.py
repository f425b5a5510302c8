"""Addresses of the shop and of the baselines."""

from django.urls import path

from shop.urls import handler400, handler403, handler404, handler429, handler500
from shop.urls import urlpatterns as shop_patterns
from tests.bench import baselines

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]

urlpatterns = [
    path("bench/constant/<int:size>/", baselines.constant),
    path("bench/redis/<int:size>/", baselines.from_redis),
    path("bench/select/<int:size>/<uuid:product_id>/", baselines.one_select),
    *shop_patterns,
]
