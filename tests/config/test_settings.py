"""Settings: every error names the variable and says what to do; secrets do not print."""
from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import SettingsError, load_settings


def test_an_empty_environment_is_one_machine_with_nothing_to_set_up():
    settings = load_settings({})
    assert settings.database_url == f"sqlite:///{Path('var').absolute()}/candor.db"
    assert not settings.database_given
    assert (settings.redis_url, settings.public_url, settings.secret_keys, settings.clock_file) == (
        None,
        None,
        None,
        None,
    )
    assert (settings.host, settings.port, settings.debounce_seconds, settings.debounce_cap_seconds) == (
        "127.0.0.1",
        8642,
        8.0,
        30.0,
    )
    assert not settings.sandbox_desks


def test_a_variable_that_is_set_to_nothing_counts_as_not_set():
    assert load_settings({"CANDOR_PORT": "  ", "CANDOR_PUBLIC_URL": "", "CANDOR_KEYS": " "}) == load_settings(
        {}
    )


@pytest.mark.parametrize(("name", "value", "says"), [
    ("CANDOR_DATABASE_URL", "mysql://x", "postgresql://"),
    ("CANDOR_PUBLIC_URL", "http://candor.example.com", "https://"),
    ("CANDOR_PUBLIC_URL", "http://127.0.0.1.evil.example", "https://"),
    ("CANDOR_PUBLIC_URL", "http://localhost.evil.example", "https://"),
    ("CANDOR_PUBLIC_URL", "http://localhost@evil.example", "https://"),
    ("CANDOR_PUBLIC_URL", "https://", "https://"),
    ("CANDOR_PUBLIC_URL", "http://[::1", "https://"),
    ("CANDOR_PORT", "eighty", "number"),
    ("CANDOR_PORT", "65536", "between"),
    ("CANDOR_PORT", "-1", "between"),
    ("CANDOR_DEBOUNCE_SECONDS", "nan", "between"),
    ("CANDOR_DEBOUNCE_SECONDS", "301", "between"),
    ("CANDOR_DEBOUNCE_CAP_SECONDS", "inf", "between"),
    ("CANDOR_SANDBOX_DESKS", "perhaps", "yes or no"),
    ("CANDOR_LOG_LEVEL", "loud", "debug, info"),
    ("CANDOR_PROXY_HOPS", "9", "between"),
])  # fmt: skip
def test_a_variable_that_cannot_be_used_is_named_with_what_to_write(name, value, says):
    with pytest.raises(SettingsError) as refused:
        load_settings({name: value})
    assert name in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize("given", ["postgres://u:p@db/candor", "postgresql://u:p@db/candor", "postgresql+psycopg://u:p@db/candor"])
def test_a_postgres_address_is_taken_as_providers_print_it(given):
    settings = load_settings({"CANDOR_DATABASE_URL": given})
    assert settings.database_url == "postgresql+psycopg://u:p@db/candor"
    assert settings.database_given


@pytest.mark.parametrize(("given", "kept"), [
    ("https://candor.example.com/", "https://candor.example.com"), ("http://127.0.0.1:8642", "http://127.0.0.1:8642"),
    ("http://localhost:1/", "http://localhost:1"), ("http://[::1]:8642", "http://[::1]:8642"),
])  # fmt: skip
def test_a_public_address_is_https_or_this_machine(given, kept):
    assert load_settings({"CANDOR_PUBLIC_URL": given}).public_url == kept


def test_a_flag_is_read_in_the_usual_words():
    for word, value in (
        ("1", True),
        ("Yes", True),
        ("TRUE", True),
        ("on", True),
        ("0", False),
        ("no", False),
        ("off", False),
    ):
        assert load_settings({"CANDOR_SANDBOX_DESKS": word}).sandbox_desks is value


def test_what_holds_a_password_is_not_printed_and_not_quoted_in_an_error():
    settings = load_settings(
        {
            "CANDOR_DATABASE_URL": "postgresql://u:planted@db/x",
            "CANDOR_REDIS_URL": "redis://:planted@r",
            "CANDOR_KEYS": "planted",
        }
    )
    assert "planted" not in repr(settings)
    with pytest.raises(SettingsError) as refused:
        load_settings({"CANDOR_DATABASE_URL": "mysql://u:planted@db/x"})
    assert "planted" not in str(refused.value)
