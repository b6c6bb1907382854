"""The house of the flow tests, for what is tested of the workers beside it. Imported: a second plugin of the
same file is refused."""
from __future__ import annotations

from tests.flow.conftest import embedder, house, house_on_both, pages

__all__ = ["embedder", "house", "house_on_both", "pages"]
