"""Floor files written into the tables."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.csv_rows import FileRefused
from app.core.db import execute
from app.core.errors import Forbidden
from app.demo import lines
from app.floor.commands import seat
from app.floor.importing import import_floor
from app.floor.models import FloorTable
from tests.support.restaurants import Restaurant

PLAN = """\
area,name,seats,shape,col,row,width,height
Main room,T1,2,square,1,2,3,3
Terrace,T2,4,round,6,2,3,3
"""


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    """A restaurant of its own, with tables T1 to T4."""
    restaurant = new_restaurant()
    with restaurant.inside():
        yield restaurant


def tables() -> dict[str, tuple[str, int, UUID]]:
    rows = execute(select(FloorTable.name, FloorTable.area, FloorTable.seats, FloorTable.id)).all()
    return {row.name: (row.area, row.seats, row.id) for row in rows}


def test_tables_are_found_again_by_name_and_others_go(bistro: Restaurant) -> None:
    before = tables()

    assert import_floor(bistro.location, PLAN.splitlines()) == 2

    after = tables()
    assert set(after) == {"T1", "T2"}
    assert after["T1"] == ("Main room", 2, before["T1"][2])
    assert after["T2"] == ("Terrace", 4, before["T2"][2])


def test_a_table_that_seated_a_party_is_not_removed(bistro: Restaurant) -> None:
    seat(bistro.people["bob"].actor, bistro.location, bistro.tables["T3"], 2)
    before = tables()

    with pytest.raises(FileRefused, match='Table "T3" has seated parties'):
        import_floor(bistro.location, PLAN.splitlines())

    assert tables() == before


def test_the_demo_plan_replaces_the_sample(bistro: Restaurant) -> None:
    assert import_floor(bistro.location, lines("trattoria_floor.csv")) == len(tables()) == 22


def test_it_needs_its_permission(bistro: Restaurant) -> None:
    with pytest.raises(Forbidden):
        import_floor(bistro.location, PLAN.splitlines(), bistro.people["bob"].actor)
