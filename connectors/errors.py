"""Errors between Candor and a desk. The caller alone decides on a retry."""
from __future__ import annotations


class ConnectorError(Exception):
    """A call to a desk failed, and nothing was changed there.

    `permanent` is true when the same call cannot succeed without a person (wrong key, deleted field).
    `retry_after` is the desk's own wish in seconds, None when it named none. `status` is the HTTP status,
    None without an answer. `todo` is what a person can do about it, where that follows from more than the
    status.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
        todo: str | None = None,
    ) -> None:
        super().__init__(message)
        self.todo = todo
        self.permanent = permanent
        self.retry_after = retry_after
        self.status = status


class RateLimited(ConnectorError):
    """The desk answered 429, or would have. `retry_after` is always set, bounded to a sensible range."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(
            f"the desk asks for a pause of {retry_after:.0f} s", retry_after=retry_after, status=429
        )


class DeskResting(RateLimited):
    """Calls to the desk failed one after the other, so it is left alone for a while. Nothing went out."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after)
        self.args = (f"the desk's calls have failed: it is left alone for {retry_after:.0f} s",)


class NoToken(RateLimited):
    """No access token could be had for now, so nothing went out. `message` says why."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(retry_after)
        self.args = (message,)
        self.status = None


class Rejected(Exception):
    """A delivery is refused. `status` is what the desk is answered: 400, 401, 413, 415 or 503.

    The message names what is wrong and never quotes the body.
    """

    def __init__(self, message: str, status: int = 401) -> None:
        super().__init__(message)
        self.status = status
