"""The `connect` commands are made from the connectors' own forms."""
import pytest
from flask import Flask

from connectors import registry
from workers.commands import connect


@pytest.fixture(scope="module")
def commands():
    app = Flask(__name__)
    connect.register(
        app, settings=lambda: pytest.fail("nothing is read before a command runs"), make_work=lambda _: None
    )
    return app.cli.commands["connect"].commands


def options(command):
    return {param.name: param for param in command.params}


@pytest.mark.parametrize("kind", registry.NAMES)
def test_each_kind_of_desk_has_a_command_that_asks_for_its_own_settings(commands, kind):
    asked = options(commands[kind])
    for name, field in registry.settings_schema(kind)().fields.items():
        assert asked[name].required == (field.required and not field.metadata.get("secret")), name
    assert {"desk_id", "wire_url", "dry_run", "remove"} <= asked.keys()


@pytest.mark.parametrize("kind", registry.NAMES)
def test_a_secret_may_come_from_the_environment_and_nothing_else_does(commands, kind):
    fields = registry.settings_schema(kind)().fields
    named = {name: param.envvar for name, param in options(commands[kind]).items() if param.envvar}
    assert named == {
        name: f"CANDOR_{kind}_{name}".upper()
        for name, field in fields.items()
        if field.metadata.get("secret")
    }


def test_an_option_that_is_not_given_keeps_what_was_entered_before(commands):
    """Freshdesk's language has a default of its own: naming no language must not set it back."""
    assert all(
        param.default in (None, False) or not isinstance(param.default, str)
        for param in commands["freshdesk"].params
    )


def test_yes_and_no_to_one_mail_are_settings(commands):
    assert [connect._as_setting(value) for value in (True, False, "x")] == ["yes", "", "x"]
