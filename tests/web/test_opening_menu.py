"""The menu that a restaurant opens with: the sample, or a file of its own."""

from io import BytesIO

from psycopg import Connection

from app.core.ids import new_id
from tests.support.opening import LOCATION, MENU, fill, name_it
from tests.support.visitor import Visitor


def test_the_sample_is_thrown_away_in_one_act(
    opener: Visitor, slug: str, owner_connection: Connection
) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    opener.submit(opener.form("/menu/sample"))
    opener.get(f"/t/{slug}/setup/menu")

    opener.submit(opener.form("/sample/discard"))

    left = owner_connection.execute(
        "SELECT count(*) FROM item JOIN tenant t ON t.id = tenant_id WHERE t.slug = %s", [slug]
    ).fetchone()
    assert left == (0,)
    assert "Begin with a sample" in opener.get(f"/t/{slug}/setup/menu").get_text()


def test_a_menu_with_errors_is_refused_with_each_line(opener: Visitor, slug: str) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    form = opener.form("/setup/menu")
    wrong = BytesIO(
        b"kind,name,of,price,colour,tax\ncategory,Mains,,,0,Food\nitem,Soup,Maims,4,,\n"
    )

    page = opener.submit(form, {"file": (wrong, "menu.csv")}, status=422)

    assert 'Did you mean "Mains"?' in page.get_text()


def test_the_sample_is_a_pattern_that_can_be_taken_away_and_brought_back(
    opener: Visitor, slug: str
) -> None:
    name_it(opener, slug, country="JP")
    fill(opener, **LOCATION)
    link = opener.get(f"/t/{slug}/setup/menu").select_one("a[download]")
    assert link is not None

    taken = opener.client.get(str(link["href"]))

    assert taken.mimetype == "text/csv"
    assert taken.headers["Content-Disposition"].startswith("attachment")
    opener.submit(opener.form("/setup/menu"), {"file": (BytesIO(taken.data), "menu.csv")})
    assert opener.path == f"/t/{slug}/setup/tables"


def test_a_menu_of_ones_own_is_taken(opener: Visitor, slug: str) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)

    opener.submit(opener.form("/setup/menu"), {"file": (BytesIO(MENU), "menu.csv")})

    assert opener.path == f"/t/{slug}/setup/tables"
    assert "Soup" in opener.get(f"/t/{slug}/main/menu").get_text()


def test_what_was_sold_of_the_sample_stays_in_the_books(
    opener: Visitor, slug: str, owner_connection: Connection
) -> None:
    name_it(opener, slug)
    fill(opener, **LOCATION)
    opener.submit(opener.form("/menu/sample"))
    found = owner_connection.execute(
        "SELECT v.id FROM item i JOIN variant v ON v.tenant_id = i.tenant_id AND v.item_id = i.id"
        " JOIN tenant t ON t.id = i.tenant_id WHERE t.slug = %s AND i.name = 'Espresso'",
        [slug],
    ).fetchone()
    assert found is not None
    answer = opener.client.post(
        f"/t/{slug}/main/api/orders",
        json={
            "order_id": str(new_id()),
            "service_type": "takeaway",
            "pickup_name": "Ann",
            "lines": [{"line_id": str(new_id()), "variant_id": str(found[0])}],
        },
        headers={"X-CSRFToken": opener.token, "Idempotency-Key": str(new_id())},
    )
    assert answer.status_code == 201, answer.text
    opener.get(f"/t/{slug}/setup/menu")

    opener.submit(opener.form("/sample/discard"))

    names = owner_connection.execute(
        "SELECT i.name, active FROM item i JOIN tenant t ON t.id = tenant_id WHERE t.slug = %s",
        [slug],
    ).fetchall()
    assert names == [("Espresso", False)]
