"""The staff's pages in a browser: for everybody, in both themes, and quick to search."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from psycopg import Connection

from app.identity.staff import invitations
from app.identity.staff.people import Work
from tests.support.browser import Device
from tests.support.restaurants import Restaurant
from tests.support.staff import EVERY_ROLE, hire, link_mailed, role_id

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant where each role is one person's."""
    return new_restaurant(EVERY_ROLE)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_the_staff_is_for_everybody(
    theme: str,
    house: Restaurant,
    device_of: Callable[..., Device],
    owner_connection: Connection,
) -> None:
    owner = house.people["owner"]
    with house.inside():
        work = Work(name="Ida", role_id=role_id("server"))
        email = f"ida.{theme}@{house.tenant.slug}.example"
        ida = invitations.invite(owner.actor, house.tenant, work, email)
        server = role_id("server")
    settings = f"/t/{house.tenant.slug}/settings"
    device = device_of(owner, theme=theme)
    wrong = []
    for path in (
        f"{settings}/staff",
        f"{settings}/staff?q=nobody",
        f"{settings}/staff/invite",
        f"{settings}/staff/add",
        f"{settings}/staff/{owner.member_id}",
        f"{settings}/staff/{ida}",
        f"{settings}/roles",
        f"{settings}/roles/new",
        f"{settings}/roles/{server}",
        link_mailed(house, owner_connection),
    ):
        device.open(path)
        wrong += [f"{path}: {problem}" for problem in device.problems()]

    assert not wrong, "\n".join(wrong)


def test_typing_narrows_the_list_and_the_address(
    house: Restaurant, device_of: Callable[..., Device]
) -> None:
    device = device_of(house.people["owner"])
    device.open(f"/t/{house.tenant.slug}/settings/staff")

    device.page.get_by_label("Name or e-mail").press_sequentially("kit")

    names = device.page.locator("tbody th")
    expect(names).to_have_text(["Kitchen"])
    assert "q=kit" in device.page.url
    device.page.reload()
    expect(names).to_have_text(["Kitchen"])


def test_somebody_leaves_in_two_taps_and_no_fewer(
    house: Restaurant, device_of: Callable[..., Device]
) -> None:
    with house.inside():
        sam = hire(house.people["owner"].actor, "Sam", "server")
    device = device_of(house.people["owner"])
    device.open(f"/t/{house.tenant.slug}/settings/staff/{sam.member_id}")
    leaving = device.page.locator("#leaving")

    leaving.locator("summary").click()
    expect(device.page.locator(".page-head")).to_contain_text("active")
    leaving.get_by_role("button", name="Deactivate").click()

    expect(device.page.locator(".page-head")).to_contain_text("former")
