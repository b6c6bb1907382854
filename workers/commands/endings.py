"""How every command ends when it cannot do its work: with the error's own sentence, and a code that is not
0."""
from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.store.database import StoreBusy
from app.store.schema import SchemaError
from app.store.standing import Unfit
from config.policy_text import PolicyError
from config.settings import SettingsError
from connectors.errors import ConnectorError
from workers.knowledge.models import ModelError


@contextmanager
def clear_errors() -> Iterator[None]:
    try:
        yield
    except SystemExit as ended:
        sys.exit(_plain(ended.code) if isinstance(ended.code, str) else ended.code)
    except UnicodeEncodeError:
        sys.exit("what was typed is not UTF-8: type it again, without the characters that are shown as ?")
    except OSError as error:
        place = error.filename or "a file"
        sys.exit(_plain(f"{place}: {error.strerror or error}: name another place, or free it"))
    except (
        SettingsError, PolicyError, SchemaError, Unfit, StoreBusy, ModelError, LookupError, ValueError
    ) as error:
        sys.exit(_plain(str(error)))
    except ConnectorError as error:
        sys.exit(_plain(f"the desk said: {error}"))


def _plain(said: str) -> str:
    """With bytes that are no text shown as such: a terminal would refuse to print them."""
    return said.encode("utf-8", "backslashreplace").decode()
