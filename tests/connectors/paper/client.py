"""One Paper account over HTTP."""
from __future__ import annotations

import json

from connectors.calls import DeskCalls
from connectors.errors import ConnectorError
from connectors.forms import bot_ids
from connectors.http import DeskSession
from connectors.view import View, known_of
from tests.connectors.paper.settings import HOST_RULE, base_url


class PaperClient(DeskCalls):
    host_rule = HOST_RULE
    api_root = "/api"
    address = staticmethod(base_url)

    @staticmethod
    def words(body: bytes) -> str:
        try:
            said = json.loads(body)["why"]
        except (ValueError, LookupError, TypeError):
            return "no reason given"
        return str(said)[:300]

    def sign_in(self, session: DeskSession) -> None:
        key = self.connection.settings.get("key")
        if not key:
            raise ConnectorError(
                "this desk has no credentials; enter the key of the assistant's user", permanent=True
            )
        session.headers["Authorization"] = f"Bearer {key}"

    @property
    def view(self) -> View:
        settings, state = self.connection.settings, self.connection.state
        return View(**known_of(self.connection.desk, state, bot_ids(settings), self.agent_url("/tickets/")))
