"""Refusals in Zendesk's own shapes."""
from __future__ import annotations

from connectors.sandbox.answers import Refusal as Refusal


def not_found() -> Refusal:
    return Refusal(404, {"error": "RecordNotFound", "description": "Not found"})


def no_such_endpoint() -> Refusal:
    return Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})


def unauthorized() -> Refusal:
    return Refusal(401, {"error": "Couldn't authenticate you"}, {"WWW-Authenticate": 'Basic realm="Zendesk"'})


def forbidden() -> Refusal:
    return Refusal(403, {"error": "Forbidden", "description": "You do not have access to this page"})


def scope_missing(scope: str) -> Refusal:
    return Refusal(
        403, {"error": "Forbidden", "description": f"Missing the following required scopes: {scope}"}
    )


def invalid_token() -> Refusal:
    """An access token that has ended or was taken back; these words were seen by several clients' users."""
    text = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return Refusal(
        401,
        {"error": "invalid_token", "error_description": text},
        {"WWW-Authenticate": 'Bearer realm="OAuth API", error="invalid_token"'},
    )


def oauth(status: int, error: str, description: str) -> Refusal:
    """A token request that is refused, in the form of RFC 6749, 5.2."""
    return Refusal(status, {"error": error, "error_description": description})


def bad_request(description: str) -> Refusal:
    return Refusal(400, {"error": "InvalidValue", "description": description})


def key_reused() -> Refusal:
    return Refusal(
        400,
        {"error": "IdempotentRequestError", "description": "Idempotency key was used with other parameters"},
    )


def too_many_values(limit: int) -> Refusal:
    return Refusal(
        400,
        {"error": "TooManyValues", "description": f"Too many values. Maximum is {limit}", "max_count": limit},
    )


def invalid(**details: str) -> Refusal:
    """422 RecordInvalid, one sentence per field."""
    listed = {name: [{"description": text}] for name, text in details.items()}
    return Refusal(
        422, {"error": "RecordInvalid", "description": "Record validation errors", "details": listed}
    )


def closed() -> Refusal:
    return invalid(status="Status: closed prevents ticket update")


def too_recent(seconds: float) -> Refusal:
    text = f"Too recent start_time. Use a start_time older than {seconds:.0f} seconds"
    return Refusal(422, {"error": "StartTimeTooRecent", "description": text})


def beyond_search_wall() -> Refusal:
    text = "Invalid search: Requested response size was greater than Search Response Limits"
    return Refusal(422, {"error": "invalid", "description": text})


def rate_limited(seconds: int, description: str) -> Refusal:
    return Refusal(
        429, {"error": "APIRateLimitExceeded", "description": description}, {"Retry-After": str(seconds)}
    )


def update_conflict(form: str) -> Refusal:
    """The 409 of a safe update; its body is not documented, so it has three forms (`json`, `empty`,
    `html`)."""
    if form == "empty":
        return Refusal(409, "", {"Content-Type": "text/plain"})
    if form == "html":
        return Refusal(
            409,
            "<html><body><h1>409 Conflict</h1></body></html>",
            {"Content-Type": "text/html; charset=utf-8"},
        )
    text = (
        "Safe Update prevented due to outdated ticket data. Please fetch the latest ticket data and try "
        "again."
    )
    return Refusal(409, {"error": "UpdateConflict", "description": text})
