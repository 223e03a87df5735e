"""What processes are told when Nibblix starts."""

from app.runtime.prepare import Running


def test_who_serves_people_knows_no_way_past_row_level_security() -> None:
    told = {
        "DATABASE_URL": "postgresql://nib_app@db/nibblix",
        "DATABASE_OWNER_URL": "postgresql://nib_owner:secret@db/nibblix",
        "DATABASE_ADMIN_URL": "postgresql://postgres:secret@db/postgres",
    }

    running = Running(environment=told, revive=lambda: None, were_idle=True)

    assert running.serving == {"DATABASE_URL": told["DATABASE_URL"]}
