"""Tables of the catalog."""

from catalog.models.categories import Category
from catalog.models.collections import Collection, CollectionProduct
from catalog.models.content import ContentPage, PageUse
from catalog.models.imports import ImportBatch, ImportPicture, ImportRow, ProductExport
from catalog.models.listed import ListedCount, ListedProduct, StalePlace
from catalog.models.looks import ProductLink
from catalog.models.media import Media, ProductMedia
from catalog.models.menus import Menu, MenuItem
from catalog.models.options import OptionValue
from catalog.models.prices import PriceChange, PriceSchedule
from catalog.models.products import Brand, Product, ProductCategory, ProductVariant
from catalog.models.redirects import Redirect
from catalog.models.reviews import Review, ReviewPhoto, ReviewSummary, ReviewVote
from catalog.models.searching import (
    PopularSearch,
    SearchRedirect,
    SearchTerm,
    SearchWord,
    Synonym,
)
from catalog.models.sizes import Purchase, SizeChart
from catalog.models.wishes import Subscription, Wishlist, WishlistItem

__all__ = [
    "Brand",
    "Category",
    "Collection",
    "CollectionProduct",
    "ContentPage",
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
    "SizeChart",
    "StalePlace",
    "Subscription",
    "Synonym",
    "Wishlist",
    "WishlistItem",
]
