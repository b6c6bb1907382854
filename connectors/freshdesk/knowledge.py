"""The help centre (Solutions) of one Freshdesk: category, folder, article.

The library reads the first page of each list and no more, so everything here is raw. Deletions are found by
reading all again.
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from connectors.badrows import BadRow, RowReader, desk_place
from connectors.clock import from_iso
from connectors.errors import ConnectorError
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.payloads import Json
from connectors.records import Article, article_kind

PUBLISHED = 2
EVERYBODY = 1  # of a folder's visibility; 2 signed-in customers, 3 agents, 4 chosen companies


class FreshdeskKnowledge:
    def __init__(self, client: FreshdeskClient) -> None:
        self._client = client
        self.bad_rows: list[BadRow] = []

    def articles(self) -> Iterator[Article]:
        """Every published article in the help centre's first language, restricted ones with `public=False`.
        Drafts are nobody's yet. What cannot be read is left out and told in `bad_rows`."""
        rows = RowReader()
        self.bad_rows = rows.bad
        seen: set[str] = set()
        for category in self._client.pages("/solutions/categories"):
            for folder in self._client.pages(f"/solutions/categories/{int(category['id'])}/folders"):
                section = " › ".join(str(place["name"]) for place in (category, folder) if place.get("name"))
                for data in self._client.pages(f"/solutions/folders/{int(folder['id'])}/articles"):
                    make = partial(self._published, data, folder, section)
                    for article in rows.read(desk_place(data), 0, make):
                        # A page that shifts under the reader may show an article twice.
                        if article is not None and article.id not in seen:
                            seen.add(article.id)
                            yield article

    def article(self, article_id: str) -> Article | None:
        """Two calls: who may read it is said by its folder alone. One for an article that is gone."""
        if not article_id.isdecimal():
            return None
        data = self._found(f"/solutions/articles/{article_id}")
        if data is None or data.get("status") != PUBLISHED:
            return None
        place = data.get("folder_id")
        folder = self._found(f"/solutions/folders/{place}") if isinstance(place, int) else None
        if folder is None:
            return None
        rows = RowReader()
        return next(rows.read(desk_place(data), 0, partial(self._published, data, folder, "")), None)

    def _found(self, path: str) -> Json | None:
        try:
            return self._client.raw("GET", path)
        except ConnectorError as error:
            if error.status == 404:
                return None
            raise

    def _published(self, data: Json, folder: Json, section: str) -> Article | None:
        return self._article(data, folder, section) if data.get("status") == PUBLISHED else None

    def _article(self, data: Json, folder: Json, section: str) -> Article:
        labels = tuple(str(tag) for tag in data.get("tags") or ())
        return Article(
            id=str(data["id"]),
            title=str(data.get("title") or ""),
            html=str(data.get("description") or ""),
            public=is_public(data, folder),
            updated_at=from_iso(data["updated_at"]),
            locale=self._client.connection.settings.get("language") or "en",
            url=self._page(str(data["id"])),
            section=section,
            labels=labels,
            kind=article_kind(labels),
        )

    def _page(self, article_id: str) -> str:
        wire = self._client.connection.wire_url
        return (
            f"{wire.rstrip('/') if wire else self._client.base_url}/support/solutions/articles/{article_id}"
        )


def is_public(data: Json, folder: Json) -> bool:
    """True only when article and folder both say so. A folder without the field is not public: older desks
    leave it out."""
    return data.get("status") == PUBLISHED and folder.get("visibility") == EVERYBODY
