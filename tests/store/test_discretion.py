"""An error of the database names what went wrong, never the values: they are customers' words, and errors end
up in logs."""
from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.store import schema
from app.store.database import Database
from app.store.tables import marks


def test_an_error_of_the_database_quotes_no_value(database_url: str):
    db = Database(database_url)
    schema.upgrade(db)
    with pytest.raises(IntegrityError) as raised, db.write() as tx:
        for _ in range(2):
            tx.execute(insert(marks).values(name="once", value="words of a customer", until=0))
    assert "words of a customer" not in str(raised.value)
    db.close()
