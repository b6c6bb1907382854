"""The help centre of one Zendesk.

Source: developer.zendesk.com, help_center/help-center-api/articles. A draft may have a null segment, so both
are looked at.
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from connectors.badrows import BadRow, RowReader, desk_place
from connectors.clock import from_iso
from connectors.errors import ConnectorError
from connectors.records import Article, article_kind
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.payloads import Json


class ZendeskKnowledge:
    def __init__(self, client: ZendeskClient) -> None:
        self._client = client
        self.bad_rows: list[BadRow] = []

    def articles(self) -> Iterator[Article]:
        """Every published article in its source language, restricted ones with `public=False`. Drafts are
        nobody's article yet. What cannot be read is left out and told in `bad_rows`."""
        rows = RowReader()
        self.bad_rows = rows.bad
        breadcrumbs = self._breadcrumbs()
        seen: set[str] = set()
        for page in self._client.pages("/api/v2/help_center/articles.json", {"page[size]": "100"}):
            for data in page.get("articles") or ():
                for article in rows.read(desk_place(data), 0, partial(self._published, data, breadcrumbs)):
                    # A page that shifts under the cursor may show an article twice.
                    if article is not None and article.id not in seen:
                        seen.add(article.id)
                        yield article

    def article(self, article_id: str) -> Article | None:
        """One call. Its section is not in the answer."""
        if not article_id.isdecimal():
            return None
        try:
            found = self._client.raw("GET", f"/api/v2/help_center/articles/{article_id}.json")
        except ConnectorError as error:
            if error.status == 404:
                return None
            raise
        data = found.get("article")
        if not isinstance(data, dict):
            raise ConnectorError("the desk's answer has another form than its documents say", status=200)
        rows = RowReader()
        return next(rows.read(desk_place(data), 0, partial(self._published, data, {})), None)

    def _published(self, data: Json, breadcrumbs: dict[str, str]) -> Article | None:
        return self._article(data, breadcrumbs) if data.get("draft") is False else None

    def _breadcrumbs(self) -> dict[str, str]:
        categories = self._client.through_zenpy(
            lambda z: {c.id: str(c.name) for c in z.help_center.categories()}
        )
        sections = self._client.through_zenpy(
            lambda z: [(s.id, str(s.name), s.category_id) for s in z.help_center.sections()]
        )
        return {
            str(section_id): " › ".join(part for part in (categories.get(category_id), name) if part)
            for section_id, name, category_id in sections
        }

    def _article(self, data: Json, breadcrumbs: dict[str, str]) -> Article:
        labels = tuple(str(label) for label in data.get("label_names") or ())
        return Article(
            id=str(data["id"]),
            title=str(data.get("title") or data.get("name") or ""),
            html=str(data.get("body") or ""),
            public=is_public(data),
            updated_at=from_iso(data.get("edited_at") or data["updated_at"]),
            locale=str(data.get("locale") or data.get("source_locale") or "en"),
            url=self._page(data.get("html_url")),
            section=breadcrumbs.get(str(data.get("section_id")), ""),
            labels=labels,
            kind=article_kind(labels),
        )

    def _page(self, url: object) -> str | None:
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            return None
        wire = self._client.connection.wire_url
        return url.replace(self._client.base_url, wire.rstrip("/"), 1) if wire else url


def is_public(data: Json) -> bool:
    """True only when the desk says so in every way it can: no draft, and a segment that is there and null. A
    missing key is not a yes."""
    if data.get("draft") is not False or "user_segment_id" not in data:
        return False
    return data["user_segment_id"] is None and not data.get("user_segment_ids")
