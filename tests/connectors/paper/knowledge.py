"""The pages of one Paper desk."""
from __future__ import annotations

from collections.abc import Iterator

from connectors.clock import from_iso
from connectors.records import Article
from tests.connectors.paper.client import PaperClient


class PaperKnowledge:
    def __init__(self, client: PaperClient) -> None:
        self._client = client

    def article(self, article_id: str) -> Article | None:
        return next((a for a in self.articles() if a.id == article_id), None)

    def articles(self) -> Iterator[Article]:
        for data in self._client.raw("GET", "/articles")["articles"]:
            yield Article(
                id=str(data["id"]),
                title=str(data["title"]),
                html=str(data["html"]),
                public=data["readers"] == "everybody",
                updated_at=from_iso(data["changed_at"]),
                url=data["url"],
                section=str(data["section"]),
            )
