"""YAML -> Policy through marshmallow. Every error names the file, the key and why."""
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from config.floor import FloorClass
from config.policy import FloorEntry, Hours, Mode, Policy, Route, Team, Thresholds, Topic
from config.policy_text import SHOWN, PolicyError, parse, read_text, shown
from config.wording import LANGUAGES

SHIPPED_POLICY = Path(__file__).parent / "policy.yaml"
FLOOR_LINE_MAX = 300  # characters of a company's own line to the customer
FLOOR_PHRASE_MIN = 4  # letters
TOLD = 10  # faults of one policy that are told at once
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$")
_probability = validate.Range(0, 1)
_mode = validate.OneOf([m.value for m in Mode])


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class Retired(fields.Field[None]):
    """A key that no policy may hold any more: refused with what to do instead, dropped from versions that
    were kept with it."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        if value is missing:
            return missing
        raise ValidationError(self.why)


def _no_short_phrase(text: str) -> None:
    """A phrase of two letters would stand in every message, and everybody would be handed off as urgent."""
    if sum(map(str.isalpha, text)) < FLOOR_PHRASE_MIN:
        raise ValidationError(
            f"a phrase needs at least {FLOOR_PHRASE_MIN} letters; {shown(text)} would be found in harmless "
            f"messages"
        )


_language = fields.String(validate=validate.OneOf(LANGUAGES))


class TopicSchema(_Strict):
    name = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]*$"))
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    mode = fields.String(load_default=None, allow_none=True, validate=_mode)
    must_handoff = fields.Boolean(load_default=False)
    when_unsure = fields.String(load_default="handoff", validate=validate.OneOf(["handoff", "leave"]))
    route = fields.String(load_default=None, allow_none=True)
    phrases = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), load_default=dict)
    examples = Retired("nothing reads examples; delete them, and say in `phrases` what the topic is about")
    playbook = fields.List(fields.String(), load_default=list)
    target_precision = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0.5, 0.999))


class RouteSchema(_Strict):
    group = fields.String(required=True)
    spoken = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    fallback = fields.String(load_default=None, allow_none=True)
    desk = fields.String(load_default=None, allow_none=True)
    own_ticket = fields.Boolean(load_default=False)


class TeamSchema(_Strict):
    group = fields.String(required=True)
    # 0: nobody is there now
    agents = fields.Float(load_default=None, allow_none=True, validate=validate.Range(min=0))
    minutes_per_ticket = fields.Float(load_default=None, allow_none=True, validate=validate.Range(min=0.1))


class HoursSchema(_Strict):
    time_zone = fields.String(required=True)
    week = fields.Dict(
        keys=fields.String(validate=validate.OneOf(DAYS)), values=fields.List(fields.String()), required=True
    )
    closed = fields.List(fields.Raw(), load_default=list)


class ThresholdsSchema(_Strict):
    answer = fields.Float(required=True, validate=_probability)
    clarify = fields.Float(required=True, validate=_probability)
    draft = fields.Float(required=True, validate=_probability)
    floor = fields.Float(required=True, validate=validate.Range(-1, 1))
    clarify_gap = fields.Float(required=True, validate=_probability)


class ModeSchema(_Strict):
    desk = fields.String(load_default="*")
    topic = fields.String(load_default="*")
    mode = fields.String(required=True, validate=_mode)


class FloorSchema(_Strict):
    owner = fields.String(load_default="", validate=validate.Length(max=80))
    reviewed_by = fields.String(load_default="", validate=validate.Length(max=80))
    route = fields.String(load_default=None, allow_none=True)
    line = fields.Dict(
        keys=_language, values=fields.String(validate=validate.Length(1, FLOOR_LINE_MAX)), load_default=dict
    )
    phrases = fields.Dict(
        keys=_language, values=fields.List(fields.String(validate=_no_short_phrase)), load_default=dict
    )


class PolicySchema(_Strict):
    company = fields.String(required=True, validate=validate.Length(1, 80))
    assistant_name = fields.String(required=True, validate=validate.Length(1, 80))
    languages = fields.List(
        fields.String(validate=validate.OneOf(LANGUAGES)), required=True, validate=validate.Length(min=1)
    )
    default_language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    can_do = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    modes = fields.List(fields.Nested(ModeSchema), load_default=list)
    topics = fields.List(fields.Nested(TopicSchema), load_default=list)
    routes = fields.Dict(keys=fields.String(), values=fields.Nested(RouteSchema), required=True)
    default_route = fields.String(required=True)
    floor = fields.Dict(keys=fields.String(validate=validate.OneOf([c.value for c in FloorClass])),
                        values=fields.Nested(FloorSchema), load_default=dict)
    teams = fields.List(fields.Nested(TeamSchema), load_default=list)
    hours = fields.Nested(HoursSchema, required=True)
    thresholds = fields.Nested(ThresholdsSchema, required=True)
    announce_handoffs = fields.Boolean(load_default=True)
    answer_when = fields.String(load_default="always", validate=validate.OneOf(["always", "when_closed"]))
    max_replies_per_day = fields.Integer(load_default=3, validate=validate.Range(1, 20))
    max_replies_per_requester = fields.Integer(load_default=10, validate=validate.Range(1, 100))
    max_replies_per_text = fields.Integer(load_default=3, validate=validate.Range(1, 20))
    incident_people = fields.Integer(load_default=20, validate=validate.Range(3, 1000))
    reopen_after_days = fields.Integer(load_default=7, validate=validate.Range(0, 3650))
    repeat_days = fields.Integer(load_default=7, validate=validate.Range(1, 90))
    horizon_days = fields.Integer(load_default=5, validate=validate.Range(1, 30))
    accept_uncalibrated = fields.Boolean(load_default=False)
    bot_allowlist = Retired(
        "was never read; delete it, and name other bots at their desk by their user ids: connect it again "
        "with `--bots 123,456`"
    )


def load_policy(path: Path, version: int = 1) -> Policy:
    """The policy in a file. Raises PolicyError naming file, key and why."""
    return parse_policy(read_text(path), str(path), version)


def parse_policy(text: str, where: str, version: int, *, kept: bool = False) -> Policy:
    """The policy in a YAML text. Raises PolicyError naming `where`, the key and why.

    A version that was `kept` before a key was retired goes on loading, without the key.
    """
    raw = parse(text, where)
    if not isinstance(raw, Mapping):
        raise PolicyError(f"{where}: must be a mapping of keys, as in the shipped policy.yaml")
    try:
        data = PolicySchema().load(_without_retired(raw, PolicySchema()) if kept else raw)
    except ValidationError as error:
        raise PolicyError(_told(_flat(error.messages), where)) from None
    return _policy(data, where, version)


def _told(wrong: list[tuple[str, str]], where: str) -> str:
    more = [f"and {len(wrong) - TOLD} more"] if len(wrong) > TOLD else []
    return "; ".join([*(f"{where}: {key}: {why}" for key, why in wrong[:TOLD]), *more])


def _without_retired(raw: Any, schema: Schema) -> Any:
    if not isinstance(raw, Mapping):
        return raw
    return {
        name: _each(value, schema.fields.get(name))
        for name, value in raw.items()
        if not isinstance(schema.fields.get(name), Retired)
    }


def _each(value: Any, field: fields.Field[Any] | None) -> Any:
    """The same for what lies within a key: one group of keys, a list of them, or some by name."""
    if isinstance(field, fields.Nested):
        return _without_retired(value, field.schema)
    if isinstance(field, fields.List) and isinstance(value, list):
        return [_each(one, field.inner) for one in value]
    if isinstance(field, fields.Dict) and isinstance(value, Mapping):
        return {name: _each(one, field.value_field) for name, one in value.items()}
    return value


def _policy(data: dict[str, Any], where: str, version: int) -> Policy:
    topics = tuple(
        Topic(
            t["name"],
            t["title"],
            Mode(t["mode"]) if t["mode"] else None,
            t["must_handoff"],
            t["when_unsure"],
            t["route"],
            {k: tuple(v) for k, v in t["phrases"].items()},
            tuple(t["playbook"]),
            t["target_precision"],
        )
        for t in data["topics"]
    )
    routes = {
        name: Route(r["group"], r["spoken"], r["fallback"], r["desk"], r["own_ticket"])
        for name, r in data["routes"].items()
    }
    floor = {
        FloorClass(name): FloorEntry(
            e["owner"].strip(),
            e["reviewed_by"].strip(),
            e["route"],
            e["line"],
            {k: tuple(v) for k, v in e["phrases"].items()},
        )
        for name, e in data["floor"].items()
    }
    for name in [
        data["default_route"],
        *(t.route for t in topics if t.route),
        *(e.route for e in floor.values() if e.route),
    ]:
        if name not in routes:
            raise PolicyError(
                f"{where}: routes: there is no route {shown(name)}, but default_route, a topic or a class of "
                f"the floor names it"
            )
    if len({t.name for t in topics}) != len(topics):
        raise PolicyError(f"{where}: topics: two topics have the same name")
    for entry in data["modes"]:
        if entry["topic"] not in {"*", "other", *(t.name for t in topics)}:
            raise PolicyError(f"{where}: modes: there is no topic {shown(entry['topic'])}")
    if len({(entry["desk"], entry["topic"]) for entry in data["modes"]}) != len(data["modes"]):
        raise PolicyError(f"{where}: modes: two lines speak of the same desk and topic")
    if data["default_language"] not in data["languages"]:
        raise PolicyError(f"{where}: default_language: must be one of languages")
    return Policy(
        version=version,
        company=data["company"],
        assistant_name=data["assistant_name"],
        languages=tuple(data["languages"]),
        default_language=data["default_language"],
        modes={(m["desk"], m["topic"]): Mode(m["mode"]) for m in data["modes"]},
        topics=topics,
        routes=routes,
        default_route=data["default_route"],
        teams=tuple(Team(**t) for t in data["teams"]),
        hours=_hours(data["hours"], where),
        thresholds=Thresholds(**data["thresholds"]),
        announce_handoffs=data["announce_handoffs"],
        answer_when=data["answer_when"],
        max_replies_per_day=data["max_replies_per_day"],
        max_replies_per_requester=data["max_replies_per_requester"],
        max_replies_per_text=data["max_replies_per_text"],
        incident_people=data["incident_people"],
        reopen_after_days=data["reopen_after_days"],
        repeat_days=data["repeat_days"],
        horizon_days=data["horizon_days"],
        accept_uncalibrated=data["accept_uncalibrated"],
        can_do=data["can_do"],
        floor=floor,
    )


def _hours(data: dict[str, Any], where: str) -> Hours:
    try:
        ZoneInfo(data["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, such as Europe, is an OSError
        raise PolicyError(
            f"{where}: hours.time_zone: {shown(data['time_zone'])} is not a time zone, write one such as "
            f"Europe/London"
        ) from None
    spans: list[tuple[int, int]] = []
    for day, texts in data["week"].items():
        for text in texts:
            start, end = _span(text, f"{where}: hours.week.{day}")
            offset = DAYS.index(day) * 24 * 60
            spans.append((offset + start, offset + end))
    spans.sort()
    if any(a[1] > b[0] for a, b in zip(spans, spans[1:], strict=False)):
        raise PolicyError(f"{where}: hours.week: two intervals overlap")
    return Hours(data["time_zone"], tuple(spans), frozenset(_iso_date(d, where) for d in data["closed"]))


def _span(text: str, where: str) -> tuple[int, int]:
    match = _SPAN.match(text)
    if match:
        h1, m1, h2, m2 = map(int, match.groups())
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if m1 < 60 and m2 < 60 and 0 <= start < end <= 24 * 60:
            return start, end
    raise PolicyError(f"{where}: {shown(text)} is not an interval, write one such as 9:00-17:00")


def _iso_date(value: object, where: str) -> str:
    try:
        if isinstance(value, datetime):
            raise ValueError("a moment is not a day")
        return value.isoformat() if isinstance(value, date) else date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise PolicyError(
            f"{where}: hours.closed: {shown(value)} is not a date, write one such as 2026-12-25"
        ) from None


def _flat(messages: Any, prefix: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, Mapping):
        return [
            pair
            for key, value in messages.items()
            for pair in _flat(value, f"{prefix}.{_name(key)}" if prefix else _name(key))
        ]
    return [
        (
            prefix.removesuffix("._schema"),
            " ".join(str(m) for m in messages) if isinstance(messages, list) else str(messages),
        )
    ]


def _name(key: object) -> str:
    """A key as it was written, of any length and any characters, for one line of an error."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(key)[:SHOWN])
