"""A deployment that rolls: the next release has expanded the schema already, and workers of this one go on,
side by side with it."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from app.store import schema
from tests.flow.faulty import RETURN
from tests.flow.house import House

# What a release may do at most: a new table, an index, columns that old writers leave out.
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
    for table in ("inbox", "outbox", "tickets", "jobs", "ledger", "desks", "promises", "marks"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("of_the_next_release", sa.Integer(), nullable=False, server_default="1"))
            batch.add_column(sa.Column("also_new", sa.Text(), nullable=True))
    op.create_table("novelties", sa.Column("id", sa.String(64), primary_key=True))
    op.create_index("ix_novelty", "inbox", ["of_the_next_release", "state"])
"""


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Migrates as the release after ours would, from a folder of its own."""
    def upgrade(house: House) -> str:
        folder = tmp_path / "next"
        shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        down = schema.head()
        revision = f"{int(down) + 1:04d}"
        (folder / "versions" / f"{revision}_next.py").write_text(NEXT.format(revision=revision, down=down))
        with monkeypatch.context() as patched:
            patched.setattr(schema, "MIGRATIONS", folder)
            assert schema.upgrade(house.db) == revision
        return revision

    return upgrade


def test_workers_of_this_release_go_on_while_the_next_one_has_migrated(
    house_on_both: House, next_release
) -> None:
    house = house_on_both
    before = house.write(RETURN, email="before@example.com")
    house.clock.advance(3)
    assert house.process_only(), "decided, and still to be sent when the schema changes"
    revision = next_release(house)
    after = house.write(RETURN, email="after@example.com")
    wanting = house.write(
        "This is going in circles. Can I please talk to a real person?", email="p@example.com"
    )
    house.settle(120)
    schema.check(house.db)
    for ticket in (before, after, wanting):
        assert len(house.replies(ticket)) == 1
    house.poll()
    house.sync()
    assert schema.current(house.db) == revision != schema.head()
    with house.db.read() as tx:
        filled = tx.execute(text("SELECT count(*) FROM inbox WHERE of_the_next_release = 1")).scalar_one()
        assert filled == tx.execute(text("SELECT count(*) FROM inbox")).scalar_one() > 0


def test_the_release_after_the_next_ends_the_old_ones_readiness(house: House, next_release) -> None:
    next_release(house)
    with house.db.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(schema.SchemaError, match="newer release wrote"):
        schema.check(house.db)
