from __future__ import annotations

import pytest

from tests.web.seeding import WebHouse, build


@pytest.fixture
def house(tmp_path) -> WebHouse:
    made = build(tmp_path)
    yield made
    made.db.close()
