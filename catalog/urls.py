"""Addresses of the catalog."""

from django.urls import path

from catalog import views
from catalog.content import crawler_views
from catalog.listings import views as listing_views
from catalog.products import size_views
from catalog.products import views as product_views
from catalog.reviewing import own_views
from catalog.reviewing import views as review_views
from catalog.searching import views as search_views
from catalog.wishes import subscription_views
from catalog.wishes import views as wish_views

app_name = "catalog"

urlpatterns = [
    path("", views.home, name="home"),
    path("c/<path:path>/", listing_views.category, name="category"),
    path("collections/", listing_views.collections, name="collections"),
    path("collections/<slug:slug>/", listing_views.collection, name="collection"),
    path("brands/", listing_views.brands, name="brands"),
    path("brands/<slug:slug>/", listing_views.brand, name="brand"),
    path("p/<slug:slug>/", product_views.show, name="product"),
    path("p/<slug:slug>/card/", product_views.card, name="card"),
    path("p/<slug:slug>/sizes/", product_views.sizes, name="sizes"),
    path("p/<slug:slug>/your-size/", size_views.your_size, name="your_size"),
    path("size-guide/", size_views.guides, name="size_guides"),
    path("size-guide/<slug:slug>/", size_views.guide, name="size_guide"),
    path("p/<slug:slug>/review/", own_views.write, name="review"),
    path("p/<slug:slug>/reviews/", review_views.show_all, name="reviews"),
    path("reviews/write/<str:token>/", own_views.write_by_link, name="review_by_link"),
    path(
        "reviews/write/<str:token>/delete/",
        own_views.delete_by_link,
        name="review_delete_by_link",
    ),
    path("reviews/<uuid:review_id>/vote/", review_views.vote, name="review_vote"),
    path("reviews/<uuid:review_id>/report/", review_views.report, name="review_report"),
    path("reviews/<uuid:review_id>/delete/", own_views.delete, name="review_delete"),
    path("account/reviews/", own_views.mine, name="my_reviews"),
    path("p/<slug:slug>/tell-me/", subscription_views.subscribe, name="subscribe"),
    path("subscriptions/<slug:token>/", subscription_views.show, name="subscription"),
    path("account/subscriptions/", subscription_views.mine, name="my_subscriptions"),
    path("wishlist/", wish_views.show, name="wishlist"),
    path("wishlist/heart/", wish_views.heart, name="heart"),
    path("wishlist/restore/", wish_views.restore, name="wish_restore"),
    path("wishlist/share/", wish_views.share, name="wishlist_share"),
    path("wishlist/items/<uuid:item_id>/remove/", wish_views.remove, name="wish_remove"),
    path("wishlist/<slug:token>/", wish_views.shared, name="shared_wishlist"),
    path("recently-viewed/", wish_views.recently_viewed, name="recently_viewed"),
    path("recently-viewed/forget/", wish_views.forget_viewed, name="forget_viewed"),
    path("search/", search_views.search_page, name="search"),
    path("media/<path:path>", views.media, name="media"),
    path("sitemap.xml", crawler_views.sitemap, name="sitemap"),
    path(
        "sitemap-products-<uuid:start>.xml",
        crawler_views.sitemap_products,
        name="sitemap_products",
    ),
    path("sitemap-<slug:section>.xml", crawler_views.sitemap_section, name="sitemap_section"),
    path("robots.txt", crawler_views.robots, name="robots"),
    path(".well-known/security.txt", crawler_views.security, name="security"),
    path("feeds/products.<slug:form>", crawler_views.feed, name="feed"),
]
