"""Two pictures at once: a restaurant's share of the disk holds, and no picture is lost sight of."""

from collections.abc import Callable

import pytest

from app.brand import commands as brand
from app.core import uploads
from app.core.errors import NoRoom
from app.menu import commands as menu
from tests.support import pictures
from tests.support.restaurants import Restaurant
from tests.support.together import together
from tests.support.trade import owner_of
from tests.support.uploads import kept

SOLD = ("Margherita", "Steak", "Gelato", "Bruschetta")


def test_of_pictures_that_together_are_too_much_only_those_that_fit_are_kept(
    new_restaurant: Callable[..., Restaurant], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_restaurant()
    data = pictures.noise("PNG", (300, 300))
    one = sum(len(drawn.body) for drawn in uploads.drawn_for("item", data))
    monkeypatch.setattr(uploads, "QUOTA", 2 * one + 10)

    def put(index: int) -> bool:
        with house.inside():
            try:
                menu.set_image(owner_of(house), house.items[SOLD[index]], data)
            except NoRoom:
                return False
        return True

    done = together(put, len(SOLD))

    assert sorted(done) == [False, False, True, True]
    count, size, names = kept(house)
    assert (count, len(names)) == (2, 4)
    assert size <= uploads.QUOTA


def test_of_logos_that_are_set_at_once_one_is_left(
    new_restaurant: Callable[..., Restaurant],
) -> None:
    house = new_restaurant()

    def put(index: int) -> None:
        with house.inside():
            brand.set_logo(owner_of(house), pictures.picture(colour=(80 * index, 0, 0)))

    together(put, 4)

    assert (kept(house)[0], len(kept(house)[2])) == (1, 1)
