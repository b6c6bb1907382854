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
    except (
        SettingsError, PolicyError, SchemaError, Unfit, StoreBusy, ModelError, LookupError, ValueError
    ) as error:
        sys.exit(str(error))
    except ConnectorError as error:
        sys.exit(f"the desk said: {error}")
