"""Codes and PINs at the same moment: a code makes one device, and no crowd tries more PINs."""

from collections import Counter
from collections.abc import Callable

from sqlalchemy import select

from app.core.db import execute
from app.core.errors import DomainError
from app.identity.devices import NewDevice, code_of, prepare_device, redeem_code
from app.identity.models import Device
from app.identity.queries import find_device
from app.identity.tablet import enter_by_pin
from tests.support.restaurants import Restaurant
from tests.support.signing_in import device_token
from tests.support.together import together


def code_for(restaurant: Restaurant) -> str:
    """A code for a tablet that nobody has redeemed."""
    new = NewDevice(location_id=restaurant.location.id, kind="tablet", name="Bar tablet")
    with restaurant.inside():
        device_id = prepare_device(restaurant.people["alice"].actor, new)
        expires_at = execute(
            select(Device.code_expires_at).where(
                Device.tenant_id == restaurant.tenant.id, Device.id == device_id
            )
        ).scalar_one()
        return code_of(device_id, expires_at)


def answer(restaurant: Restaurant, act: Callable[[], object]) -> str:
    """What one of the crowd is told."""
    with restaurant.inside():
        try:
            act()
        except DomainError as error:
            return error.code
        return "done"


def test_of_two_who_redeem_a_code_one_gets_the_device(
    new_restaurant: Callable[[], Restaurant],
) -> None:
    place = new_restaurant()
    for round_ in range(5):
        code = code_for(place)

        told = together(
            lambda index, code=code, round_=round_: answer(  # type: ignore[misc]
                place, lambda: redeem_code(code, f"192.0.2.{10 * round_ + index}")
            ),
            2,
        )

        assert sorted(told) == ["done", "wrong_secret"]


def test_a_crowd_of_tries_at_one_tablet_is_five_tries(
    new_restaurant: Callable[[], Restaurant],
) -> None:
    place = new_restaurant()
    token, bob = device_token(place, "tablet"), place.people["bob"]
    with place.inside():
        device = find_device(token)
    assert device is not None

    told = together(
        lambda _index: answer(place, lambda: enter_by_pin(device, bob.member_id, "0000")), 8
    )

    assert Counter(told) == {"wrong_secret": 5, "too_many_tries": 3}
