"""Tables of the catalog."""

from catalog.models.brands import Brand
from catalog.models.categories import Category
from catalog.models.collections import Collection, CollectionProduct
from catalog.models.content import ContentPage, PageUse
from catalog.models.exports import ExportSchedule, ProductExport
from catalog.models.imports import ImportBatch, ImportPicture, ImportRow
from catalog.models.listed import ListedCount, ListedProduct, StalePlace
from catalog.models.looks import ProductLink
from catalog.models.media import Media, ProductMedia
from catalog.models.menus import Menu, MenuItem
from catalog.models.options import OptionValue
from catalog.models.places import ProductCategory
from catalog.models.prices import PriceChange, PriceSchedule
from catalog.models.products import Product
from catalog.models.redirects import Redirect
from catalog.models.reviews import Review, ReviewPhoto, ReviewSummary, ReviewVote
from catalog.models.sales import SoldOnDay
from catalog.models.searching import (
    PopularSearch,
    SearchRedirect,
    SearchTerm,
    SearchWord,
    Synonym,
)
from catalog.models.sitemaps import SitemapFile
from catalog.models.sizes import Purchase, SizeChart
from catalog.models.variants import ProductVariant
from catalog.models.wishes import Subscription, Wishlist, WishlistItem

__all__ = [
    "Brand",
    "Category",
    "Collection",
    "CollectionProduct",
    "ContentPage",
    "ExportSchedule",
    "ImportBatch",
    "ImportPicture",
    "ImportRow",
    "ListedCount",
    "ListedProduct",
    "Media",
    "Menu",
    "MenuItem",
    "OptionValue",
    "PageUse",
    "PopularSearch",
    "PriceChange",
    "PriceSchedule",
    "Product",
    "ProductCategory",
    "ProductExport",
    "ProductLink",
    "ProductMedia",
    "ProductVariant",
    "Purchase",
    "Redirect",
    "Review",
    "ReviewPhoto",
    "ReviewSummary",
    "ReviewVote",
    "SearchRedirect",
    "SearchTerm",
    "SearchWord",
    "SitemapFile",
    "SizeChart",
    "SoldOnDay",
    "StalePlace",
    "Subscription",
    "Synonym",
    "Wishlist",
    "WishlistItem",
]
