"""What the database holds of the category tree, whoever writes it."""

from threading import Barrier, Event, Thread

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone

from catalog.models import Category, ProductCategory
from catalog.tests.factories import CategoryFactory, ProductFactory
from catalog.tests.test_products import list_later

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    """women / tops / shirts, and men."""
    women = CategoryFactory(slug="women")
    tops = CategoryFactory(slug="tops", parent=women)
    shirts = CategoryFactory(slug="shirts", parent=tops)
    return women, tops, shirts, CategoryFactory(slug="men")


def paths():
    return sorted(Category.objects.values_list("path", flat=True))


def move(category, parent):
    """As SQL does it: no form asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_category SET parent_id = %s WHERE id = %s", [parent.pk, category.pk]
        )


def delete(category):
    Category.objects.filter(pk=category.pk).update(deleted_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("place", [0, 1, 2], ids=["itself", "child", "grandchild"])
def test_a_category_never_stands_below_itself(tree, place):
    with pytest.raises(IntegrityError, match="cannot move below itself"), transaction.atomic():
        move(tree[0], tree[place])
    assert paths() == ["men", "women", "women/tops", "women/tops/shirts"]


def test_a_category_takes_all_below_it_along(tree):
    _women, tops, shirts, men = tree
    move(tops, men)
    shirts.refresh_from_db()
    assert paths() == ["men", "men/tops", "men/tops/shirts", "women"]
    assert shirts.level == 2


def test_two_categories_never_have_one_address(tree):
    with pytest.raises(IntegrityError, match="category_path_unique"), transaction.atomic():
        CategoryFactory(slug="tops", parent=tree[0])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_move_two_categories_below_each_other_make_no_loop():
    first, second = CategoryFactory(slug="a"), CategoryFactory(slug="b")
    CategoryFactory(slug="c", parent=first)
    below_second = CategoryFactory(slug="d", parent=second)
    at_once, outcomes = Barrier(2), []

    def act(category, parent):
        at_once.wait()
        try:
            move(category, parent)
            outcomes.append("moved")
        except Error:
            outcomes.append("refused")
        connection.close()

    pairs = ((first, below_second), (second, Category.objects.get(slug="c")))
    threads = [Thread(target=act, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["moved", "refused"]
    assert sorted(path.count("/") for path in paths()) == [0, 1, 2, 3]


def test_a_category_with_products_in_it_is_not_deleted():
    category = CategoryFactory()
    ProductFactory(category=category)
    with pytest.raises(IntegrityError, match="is not empty"), transaction.atomic():
        delete(category)


def test_a_category_with_others_below_it_is_not_deleted(tree):
    with pytest.raises(IntegrityError, match="is not empty"), transaction.atomic():
        delete(tree[0])


def test_products_that_are_gone_keep_no_category(tree):
    ProductFactory(category=tree[2]).soft_delete()
    delete(tree[2])
    assert "women/tops/shirts" not in paths()


def test_nothing_is_put_into_a_deleted_category():
    category, product = CategoryFactory(), ProductFactory()
    delete(category)
    with pytest.raises(IntegrityError, match="deleted category"), transaction.atomic():
        ProductCategory.objects.create(product=product, category=category)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_product_placed_at_the_same_moment_keeps_its_category():
    category, product = CategoryFactory(), ProductFactory()
    judged, placed, outcomes = Event(), Event(), []

    def withdraw():
        try:
            with transaction.atomic():
                delete(category)
                judged.set()
                placed.wait(5)
            outcomes.append("deleted")
        except IntegrityError as error:
            outcomes.append(str(error))
        connection.close()

    thread = Thread(target=withdraw)
    with transaction.atomic():
        list_later()
        ProductCategory.objects.create(product=product, category=category)
        thread.start()
        # The deletion is judged before we end, unless it waits for that.
        judged.wait(1)
    placed.set()
    thread.join()
    assert "is not empty" in outcomes[0]
    assert Category.objects.filter(pk=category.pk).exists()
