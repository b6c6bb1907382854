"""The control API: every verb of a desk as `POST /<verb>` with JSON arguments. Loopback only, no login; never
part of the vendor's API."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import requests
from flask import Flask, Response, jsonify, request

from connectors.sandbox.acts import CommonActs, verbs_of
from connectors.sandbox.answers import Refusal


def create_control(acts: CommonActs, about: Callable[[], dict[str, Any]]) -> Flask:
    """`GET /` tells addresses, credentials, switches and verbs. A wrong call gets 400 with a sentence that
    says what to do."""
    app = Flask("sandbox-control", static_folder=None)
    verbs = verbs_of(type(acts))

    @app.get("/")
    def index() -> Response:
        return jsonify({**about(), "verbs": sorted(verbs), "switches": acts.state.switches.as_dict()})

    @app.post("/<verb>")
    def do(verb: str) -> tuple[Response, int]:
        arguments = request.get_json(silent=True)
        if verb not in verbs:
            return jsonify({"error": f"no verb {verb!r}; GET / lists them"}), 404
        if not isinstance(arguments, dict):
            return jsonify({"error": "send the arguments as a JSON object, {} for none"}), 400
        try:
            return jsonify({"result": verbs[verb](acts, **arguments)}), 200
        except Refusal as refusal:
            return jsonify({"error": f"the desk refuses: {refusal}"}), 409
        except (LookupError, TypeError, ValueError) as error:
            return jsonify({"error": str(error)}), 400

    return app


class Remote:
    """The verbs of a sandbox that runs in another process:
    `RemoteSandbox(control_url).customer_ticket(name=…, email=…, …)`."""

    verbs: ClassVar[Mapping[str, Any]]

    def __init__(self, control_url: str) -> None:
        self._url = control_url.rstrip("/")

    def about(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self._url}/", timeout=10).json()
        return found

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        if verb not in self.verbs:
            raise AttributeError(
                f"the sandbox has no verb {verb!r}; there are {', '.join(sorted(self.verbs))}"
            )

        def call(**arguments: Any) -> Any:
            answer = requests.post(f"{self._url}/{verb}", json=arguments, timeout=60).json()
            if "error" in answer:
                raise RuntimeError(f"sandbox {verb}: {answer['error']}")
            return answer["result"]

        return call
