"""The catalog in the back office."""

from catalog.admin.classification import BrandAdmin, CategoryAdmin, OptionValueAdmin
from catalog.admin.collections import CollectionAdmin
from catalog.admin.content import ContentPageAdmin, MenuAdmin, RedirectAdmin
from catalog.admin.export_schedules import ExportScheduleAdmin
from catalog.admin.exports import ProductExportAdmin
from catalog.admin.imports import ImportBatchAdmin
from catalog.admin.media import MediaAdmin
from catalog.admin.price_schedules import PriceScheduleAdmin
from catalog.admin.products import ProductAdmin
from catalog.admin.reviews import ReviewAdmin
from catalog.admin.searching import SearchRedirectAdmin, SearchTermAdmin, SynonymAdmin
from catalog.admin.size_charts import SizeChartAdmin
from catalog.admin.wishes import SubscriptionAdmin

__all__ = [
    "BrandAdmin",
    "CategoryAdmin",
    "CollectionAdmin",
    "ContentPageAdmin",
    "ExportScheduleAdmin",
    "ImportBatchAdmin",
    "MediaAdmin",
    "MenuAdmin",
    "OptionValueAdmin",
    "PriceScheduleAdmin",
    "ProductAdmin",
    "ProductExportAdmin",
    "RedirectAdmin",
    "ReviewAdmin",
    "SearchRedirectAdmin",
    "SearchTermAdmin",
    "SizeChartAdmin",
    "SubscriptionAdmin",
    "SynonymAdmin",
]
