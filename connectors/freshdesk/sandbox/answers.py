"""Refusals in Freshdesk's own shapes (F15)."""
from __future__ import annotations

from connectors.sandbox.answers import Refusal as Refusal


def not_found() -> Refusal:
    return Refusal(404, "")


def unauthorized() -> Refusal:
    return Refusal(
        401, {"code": "invalid_credentials", "message": "You have to be logged in to perform this action."}
    )


def forbidden() -> Refusal:
    return Refusal(
        403, {"code": "access_denied", "message": "You are not authorized to perform this action."}
    )


def method_not_allowed(method: str) -> Refusal:
    return Refusal(
        405, {"message": f"{method} method is not allowed. It should be one of these method(s): GET"}
    )


def not_json() -> Refusal:
    return Refusal(400, {"code": "invalid_json", "message": "Request body has invalid json format"})


def conflict(field: str, message: str) -> Refusal:
    return Refusal(
        409,
        {
            "description": "Validation failed",
            "errors": [{"field": field, "message": message, "code": "duplicate_value"}],
        },
    )


def invalid(*errors: tuple[str, str, str]) -> Refusal:
    """400, one (field, message, code) for each fault."""
    listed = [{"field": field, "message": message, "code": code} for field, message, code in errors]
    return Refusal(400, {"description": "Validation failed", "errors": listed})


def rate_limited(seconds: int) -> Refusal:
    return Refusal(
        429, {"message": "You have exceeded the limit of requests per minute"}, {"Retry-After": str(seconds)}
    )
