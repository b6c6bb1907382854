"""What comes in from outside comes in through one schema each, which says what it does with names it does not
know."""
from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from marshmallow import EXCLUDE, RAISE, Schema

from connectors.registry import NAMES
from tests.test_rooms import STAIR

ROOT = Path(__file__).resolve().parent.parent

# What crosses the border -> its schema, and what becomes of unknown names. A person who writes is told of
# every slip (RAISE); a machine that sends may add names as it likes (EXCLUDE). The borders of each desk are
# found by its folder, below.
OURS = {
    "policy": ("config.load.PolicySchema", RAISE),
    "article in a folder (front matter)": ("connectors.sources.ArticleRow", EXCLUDE),
    "article in a JSONL file": ("connectors.sources.JsonlRow", EXCLUDE),
}
# Parts of the policy, only ever loaded inside it.
PARTS = {
    f"config.load.{name}": RAISE
    for name in (
        "_Strict",
        "TopicSchema",
        "RouteSchema",
        "TeamSchema",
        "HoursSchema",
        "ThresholdsSchema",
        "ModeSchema",
        "FloorSchema",
    )
}


# What the schemas of all desks are built on: a form refuses what it does not know, a vendor's body is
# lenient.
BASES = {"connectors.forms.DeskForm": RAISE, "connectors.bodies.Lenient": EXCLUDE}


def schemas(module: str, source: str) -> Iterator[str]:
    """Dotted names of the marshmallow schemas a file defines, also those built on a base of ours or on one of
    the same file."""
    known = {"Schema", *(name.rpartition(".")[2] for name in BASES)}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).split(".")[-1] in known for base in node.bases
        ):
            known.add(node.name)
            yield f"{module}.{node.name}"


def schemas_of(module: str) -> list[str]:
    file = (ROOT / module.replace(".", "/")).with_suffix(".py")
    return list(schemas(module, file.read_text(encoding="utf-8")))


def found_in_the_tree() -> set[str]:
    files = (file.relative_to(ROOT) for room in STAIR for file in (ROOT / room).rglob("*.py"))
    modules = (".".join(file.with_suffix("").parts) for file in files)
    return {name for module in modules for name in schemas_of(module) if _in_use(module)}


def _in_use(module: str) -> bool:
    """False for the folder of a desk that is not in the registry yet."""
    rooms = module.split(".")
    folder = ROOT / "connectors" / rooms[1]
    return rooms[0] != "connectors" or not (folder / "inbound.py").exists() or rooms[1] in NAMES


def of_desks() -> dict[str, tuple[str, str]]:
    """Each desk in the registry: what an admin enters, and every form of delivery its inbound module
    reads."""
    found = {}
    for kind in NAMES:
        found[f"settings of a {kind} desk"] = (f"connectors.{kind}.settings.DeskSchema", RAISE)
        for name in _deliveries(kind):
            found[f"delivery from {kind}: {name.rpartition('.')[2]}"] = (name, EXCLUDE)
    return found


def _deliveries(kind: str) -> list[str]:
    return [
        name
        for name in schemas_of(f"connectors.{kind}.inbound")
        if not name.rpartition(".")[2].startswith("_")
    ]


BORDERS = OURS | of_desks()
SCHEMAS = dict(BORDERS.values()) | PARTS | BASES | {
    name: EXCLUDE for kind in NAMES for name in schemas_of(f"connectors.{kind}.inbound")}


def loaded(name: str) -> type[Schema]:
    module, _, kind = name.rpartition(".")
    found = getattr(import_module(module), kind)
    assert issubclass(found, Schema)
    return found


def states_unknown(kind: type[Schema]) -> bool:
    """True when the class, or one of ours it is built on, says `unknown` in its Meta; marshmallow's own
    default does not count."""
    ours = [c for c in kind.__mro__ if issubclass(c, Schema) and c is not Schema]
    return any("unknown" in vars(vars(c)["Meta"]) for c in ours if "Meta" in vars(c))


def test_the_borders_are_these():
    assert sorted(BORDERS)[:2] == ["article in a JSONL file", "article in a folder (front matter)"]
    assert {name for name in BORDERS if "zendesk" in name} == {
        "settings of a zendesk desk",
        "delivery from zendesk: TriggerSchema",
        "delivery from zendesk: EventSchema",
    }
    assert "policy" in BORDERS


@pytest.mark.parametrize("kind", NAMES)
def test_every_desk_has_a_schema_for_its_settings_and_for_its_deliveries(kind):
    assert schemas_of(f"connectors.{kind}.settings") == [f"connectors.{kind}.settings.DeskSchema"]
    assert _deliveries(kind)


def test_no_schema_stands_outside_the_list():
    assert found_in_the_tree() == set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_says_what_becomes_of_unknown_names(name):
    kind = loaded(name)
    assert states_unknown(kind), f"{name} leaves `unknown` to marshmallow's default: state it in class Meta"
    assert kind().unknown == SCHEMAS[name]


def test_every_border_has_its_schema(figures):
    with_schema = sum(states_unknown(loaded(name)) for name, _ in BORDERS.values())
    figures("test", "borders_with_schema", with_schema, n=len(BORDERS))
    assert with_schema == len(BORDERS)


def test_the_reader_of_schemas_finds_those_built_on_others_and_misses_what_is_none():
    source = (
        "import marshmallow as m\nclass A(m.Schema): ...\nclass B(A): ...\nclass C(dict): ...\nclass "
        "D(Schema): ..."
    )
    assert list(schemas("x.y", source)) == ["x.y.A", "x.y.B", "x.y.D"]


def test_a_schema_that_leaves_unknown_to_the_default_is_seen():
    class Silent(Schema):
        class Meta:
            ordered = True

    class Stated(Schema):
        class Meta:
            unknown = EXCLUDE

    class BuiltOnStated(Stated):
        pass

    assert [states_unknown(kind) for kind in (Silent, Stated, BuiltOnStated)] == [False, True, True]
