"""The tables, for SQLite and PostgreSQL alike: times are integer microseconds UTC, JSON is text, ids are
UUIDv7 text given by the caller.

Every row carries its tenant. States are lower case, few, and nowhere else renamed: inbox and jobs `waiting
working done bad`; outbox `ready sending sent unknown stale failed dead`.
"""
from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Time = BigInteger


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _tenant() -> Column[str]:
    return Column("tenant", String(64), nullable=False)


def _leased() -> tuple[Column[Any], ...]:
    """Who works on a row of a queue, and how often that went wrong (`app/store/queues/leases.py`)."""
    return (
        Column("fence", Integer, nullable=False, server_default="0"),
        Column("lease_until", Time, nullable=False, server_default="0"),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("crashes", Integer, nullable=False, server_default="0"),
        # times it ran in a task of its own, after two crashes
        Column("lone_runs", Integer, nullable=False, server_default="0"),
        # Celery's id of that task: whoever outlives its process is the witness of a crash
        Column("lone_task", String(64)),
    )


desks = Table(
    "desks", metadata, _id(), _tenant(),
    Column("kind", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),  # JSON; values of secret keys are Fernet tokens
    # JSON list of Fernet tokens: the deliveries' signing secrets
    Column("secrets", Text, nullable=False, server_default="[]"),
    Column("state", Text, nullable=False, server_default="{}"),  # JSON: what the installation found or made
    Column("wire_url", Text),  # a sandbox desk's loopback address, null for a real desk
    Column("status", String(16), nullable=False, server_default="active"),  # active | paused | broken
    Column("status_why", Text),
    Column("guard_proven", Boolean, nullable=False, server_default="0"),
    Column("public_proven_at", Time),  # a delivery arrived through the public address
    Column("poll_cursor", Text),
    Column("polled_at", Time),
    # last time a row of this desk was worked on: fairness
    Column("claimed_at", Time, nullable=False, server_default="0"),
    Column("ledger_seq", BigInteger, nullable=False, server_default="0"),
    Column("ledger_mac", String(64), nullable=False, server_default=""),
    Column("created_at", Time, nullable=False),
)

inbox = Table(
    "inbox", metadata, _id(), _tenant(),
    Column("desk", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # delivery | changed | act
    Column("delivery_key", String(200), nullable=False),
    Column("subject", String(16), nullable=False),  # ticket | article
    Column("subject_id", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("next_at", Time, nullable=False),
    Column("state", String(16), nullable=False),
    *_leased(),
    Column("result", Text),  # what became of it, for people: a verdict, "merged into …", why it is bad
    Column("done_at", Time),
    UniqueConstraint("desk", "delivery_key"),
    Index("ix_inbox_due", "state", "next_at"),
    Index("ix_inbox_subject", "desk", "subject_id", "state"),
)

tickets = Table(
    "tickets", metadata, _id(), _tenant(),
    Column("desk", String(64), nullable=False),
    Column("ticket", String(200), nullable=False),
    Column("owner", String(16), nullable=False),  # assistant | people
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("lease_until", Time, nullable=False, server_default="0"),
    Column("config_version", Integer),
    Column("requester", String(64)),  # requesters.id
    Column("holder", String(64)),  # whose page the ticket's links show: the requester's id at the desk, keyed
    # its requester was somebody else before
    Column("changed_hands", Boolean, nullable=False, server_default="0"),
    Column("subject", LargeBinary),  # sealed under the requester's key
    Column("status", String(16), nullable=False, server_default="new"),
    Column("language", String(8)),
    Column("seen_message", String(200)),  # newest message already taken into account
    Column("handled_turn", String(200)),  # newest turn that has a verdict
    # the ticket's stamp after our last write: an unchanged ticket is ours, not news
    Column("own_stamp", Text),
    Column("urgent_at", Time),  # since when a grave message waits for a person's eyes
    Column("memory", Text, nullable=False, server_default="{}"),  # JSON, core's TicketMemory
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    UniqueConstraint("desk", "ticket"),
    Index("ix_tickets_updated", "tenant", "updated_at"),
    # Few tickets are urgent, and the console asks for them each time.
    Index("ix_tickets_urgent", "tenant", "urgent_at", sqlite_where=text("urgent_at IS NOT NULL"),
          postgresql_where=text("urgent_at IS NOT NULL")),
)

outbox = Table(
    "outbox", metadata, _id(), _tenant(),
    Column("plan", String(64), nullable=False),
    Column("place", Integer, nullable=False),  # order in the plan, from 0
    Column("desk", String(64), nullable=False),
    Column("ticket", String(200), nullable=False),  # holds lease, fence and turn
    Column("target", String(64), nullable=False),  # desk id or action name
    Column("effect", String(16), nullable=False),  # public | note | fields | open_ticket | action
    Column("purpose", String(32), nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("turn", String(64), unique=True),  # set on turn replies only
    Column("turn_id", String(200), nullable=False),  # what opened the turn, readable
    Column("body", LargeBinary, nullable=False),  # the exact effect, JSON, sealed under the requester's key
    # Keyed: a sentence out of a help centre can be guessed, and a plain hash would outlive the erasure of
    # whom it was said to. No send is decided by it (a desk's copy is compared in its connector, words with
    # words); it lets an auditor check a text against the ledger.
    Column("body_hash", String(64), nullable=False),
    Column("requester", String(64)),
    Column("base_stamp", Text),  # JSON of records.Stamp
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("seen_message", String(200)),  # newest of the ticket in the read it was composed on
    Column("written_to", String(64)),  # the requester's id at the desk in that read
    Column("basis", Text),  # JSON of checks.Basis: what a person may have changed since
    Column("state", String(16), nullable=False),
    *_leased(),
    Column("next_at", Time, nullable=False),
    Column("attempt_at", Time),  # start of the last call
    Column("sends", Integer, nullable=False, server_default="0"),  # calls that went out
    # a 409 made by ourselves or a rule was forgiven once
    Column("restamped", Boolean, nullable=False, server_default="0"),
    Column("unknown_since", Time),
    Column("silent_since", Time),  # since when a page it quotes cannot be asked for
    Column("remote_id", Text),
    Column("evidence", Text),  # JSON: cited (article, version) pairs to re-check before the send
    Column("result", Text),  # why it is stale, failed or dead, for people
    Column("ledger_entry", String(64)),
    Column("created_at", Time, nullable=False),
    Column("done_at", Time),
    Index("ix_outbox_due", "state", "next_at"),
    Index("ix_outbox_ticket", "desk", "ticket"),
    Index("ix_outbox_plan", "plan", "place"),
)

ledger = Table(
    "ledger", metadata, _id(), _tenant(),
    Column("desk", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Time, nullable=False),
    Column("ticket", String(200), nullable=False),
    Column("kind", String(32), nullable=False),  # verdict | sent | erased | promise …
    Column("verdict", String(32)),
    Column("reason", String(32)),
    Column("prev_mac", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
    # canonical JSON: ids, versions, scores, keyed hashes, never texts
    Column("payload", Text, nullable=False),
    UniqueConstraint("desk", "seq"),
    Index("ix_ledger_ticket", "desk", "ticket"),
    Index("ix_ledger_at", "tenant", "at"),
)

ledger_text = Table(
    "ledger_text", metadata,
    Column("entry", String(64), primary_key=True),
    _tenant(),
    Column("requester", String(64)),
    # JSON of the texts behind the entry, under the requester's key
    Column("sealed", LargeBinary, nullable=False),
    # Asked for each ticket that is searched for: what did this person get before?
    Index("ix_ledger_text_requester", "tenant", "requester"),
)

requesters = Table(
    "requesters", metadata, _id(), _tenant(),
    Column("address_hmac", String(64), nullable=False),
    Column("wrapped_key", LargeBinary),  # null: erased
    Column("asked_person_at", Time),
    Column("created_at", Time, nullable=False),
    UniqueConstraint("tenant", "address_hmac"),
)

caps = Table(
    "caps", metadata, _id(), _tenant(),
    Column("desk", String(64), nullable=False),  # "*": every desk
    Column("topic", String(64), nullable=False),
    # watch | draft; fallback = people get it; kill = nothing is sent at all
    Column("cap", String(16), nullable=False),
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("until", Time),
    Column("created_at", Time, nullable=False),
)

promises = Table(
    "promises", metadata, _id(), _tenant(),
    Column("desk", String(64), nullable=False),
    Column("ticket", String(200), nullable=False),
    Column("group_name", Text, nullable=False),
    Column("made_at", Time, nullable=False),
    Column("typical_at", Time),
    Column("bound_at", Time),  # null: we said that we cannot say
    Column("why_not", String(32)),
    Column("inputs", Text, nullable=False),  # JSON
    Column("version", String(32), nullable=False),
    Column("state", String(16), nullable=False),  # open | kept | broken | none (nothing was promised) | void
    Column("replied_at", Time),
    Column("entry", String(64)),
    Index("ix_promises_state", "state", "bound_at"),
    Index("ix_promises_ticket", "desk", "ticket"),
)

queue_events = Table(
    "queue_events", metadata, _id(), _tenant(),
    Column("desk", String(64), nullable=False),
    Column("group_name", Text, nullable=False),
    Column("ticket", String(200), nullable=False),
    Column("kind", String(16), nullable=False),  # arrived | replied | left
    Column("at", Time, nullable=False),
    UniqueConstraint("desk", "ticket", "kind", "at"),
    Index("ix_queue_events_group", "desk", "group_name", "at"),
)

sources = Table(
    "sources", metadata, _id(), _tenant(),
    Column("kind", String(16), nullable=False),  # desk | folder | jsonl
    Column("desk", String(64)),
    Column("location", Text, nullable=False),  # a path, or "" for a desk's help centre
    Column("base_url", Text),
    Column("synced_at", Time),  # when the last reading that went well began
    Column("sync_result", Text),
    Column("created_at", Time, nullable=False),
)

articles = Table(
    "articles", metadata, _id(), _tenant(),
    Column("source", String(64), nullable=False),
    Column("vendor_id", String(300), nullable=False),
    Column("version", String(32), nullable=False),  # the current one
    Column("public", Boolean, nullable=False),
    Column("gone", Boolean, nullable=False, server_default="0"),
    Column("seen_at", Time, nullable=False),  # when it was read, where it changed then or was asked for alone
    UniqueConstraint("tenant", "source", "vendor_id"),
)

versions = Table(
    "versions", metadata,
    Column("article", String(64), primary_key=True),
    Column("version", String(32), primary_key=True),  # hash of title, text, visibility and kind
    _tenant(),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),  # plain text; passages are offsets into it
    Column("url", Text),
    Column("public", Boolean, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("section", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    # JSON list of [start, end, kind, heading]: the article's structure, for showing it
    Column("blocks", Text, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("created_at", Time, nullable=False),
)

passages = Table(
    "passages", metadata,
    Column("article", String(64), primary_key=True),
    Column("version", String(32), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, primary_key=True),
    _tenant(),
    Column("kind", String(16), nullable=False),
    Column("heading", Text, nullable=False, server_default=""),
    Column("own_time", Boolean, nullable=False, server_default="0"),
    Column("text_hash", String(64), nullable=False),  # of the embedded text: equal hash, no new embedding
    Column("model", String(64), nullable=False),  # hash of the model the vector was made with
    Column("vector", LargeBinary, nullable=False),  # float16, unit length
    Index("ix_passages_hash", "tenant", "model", "text_hash"),
)

snapshots = Table(
    "snapshots", metadata, _id(), _tenant(),
    Column("visibility", String(16), nullable=False),  # public | agents
    Column("model", String(64), nullable=False),
    Column("members", Text, nullable=False),  # JSON list of [article, version], sorted
    Column("n_articles", Integer, nullable=False),
    Column("n_passages", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    Index("ix_snapshots_newest", "tenant", "visibility", "created_at"),
)

artefacts = Table(
    "artefacts", metadata, _id(), _tenant(),
    Column("desk", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("fitted_on", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("bytes", LargeBinary, nullable=False),  # npz or JSON, never pickle
    Column("created_at", Time, nullable=False),
)

policy_versions = Table(
    "policy_versions", metadata,
    Column("tenant", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("yaml", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("created_at", Time, nullable=False),
)

users = Table(
    "users", metadata, _id(), _tenant(),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),  # viewer | agent | auditor | admin | owner
    Column("password_hash", Text),  # argon2id; null until the one-time token was used
    Column("token_hash", String(64)),  # one-time token, sha256
    Column("token_until", Time),
    # of an older release; wrong passwords are counted in sign_in_tries
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("locked_until", Time, nullable=False, server_default="0"),
    Column("created_at", Time, nullable=False),
)

sessions = Table(
    "sessions", metadata, _id(), _tenant(),
    Column("user", String(64), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("seen_at", Time, nullable=False),
)

sign_in_tries = Table(  # by account and address, so that a stranger locks out nobody but themselves
    "sign_in_tries", metadata,
    Column("user", String(64), primary_key=True),
    Column("peer", String(64), primary_key=True),  # an IPv4 address, or an IPv6 network of 64 bits
    _tenant(),
    Column("failed", Integer, nullable=False),
    Column("locked_until", Time, nullable=False),  # 0: never was
    Column("tried_at", Time, nullable=False),  # the last wrong password, 0: never
    Column("good_at", Time, nullable=False),  # the last sign-in from there, 0: never
)

audit = Table(
    "audit", metadata, _id(), _tenant(),
    Column("seq", BigInteger, nullable=False),
    Column("at", Time, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON, secrets masked
    Column("prev_mac", String(64), nullable=False),
    Column("mac", String(64), nullable=False),
    UniqueConstraint("tenant", "seq"),
)

signals = Table(
    "signals", metadata, _id(), _tenant(),
    Column("desk", String(64), nullable=False),
    Column("ticket", String(200)),
    Column("topic", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("value", Float, nullable=False),
    Column("at", Time, nullable=False),
)

jobs = Table(
    "jobs", metadata, _id(), _tenant(),
    # try | replay | policy_check | connect | knowledge_sync | refit | export | erase
    Column("kind", String(32), nullable=False),
    Column("args", Text, nullable=False),  # JSON
    Column("state", String(16), nullable=False),
    Column("progress", Text, nullable=False, server_default=""),
    Column("result", Text),  # JSON
    *_leased(),
    Column("next_at", Time, nullable=False),
    Column("expires", Time, nullable=False),
    Column("once", String(200), unique=True),  # a second request for the same thing joins the first
    Column("created_at", Time, nullable=False),
    Index("ix_jobs_due", "state", "next_at"),
)

places = Table(  # of limits on what may happen in 24 hours
    "places", metadata,
    Column("limit_of", String(64), primary_key=True),  # what is limited, keyed
    Column("place", Integer, primary_key=True),  # from 0
    _tenant(),
    Column("holder", String(64), nullable=False),  # who has it, keyed
    Column("at", Time, nullable=False),
    Index("ix_places_at", "at"),
)

echoes = Table(  # who wrote which words within the last minutes, both keyed
    "echoes", metadata,
    Column("text", String(64), primary_key=True),
    Column("requester", String(64), primary_key=True),
    _tenant(),
    Column("at", Time, nullable=False),
    Index("ix_echoes_at", "at"),
)

marks = Table(  # small facts with one value: sweep lock, last sync, kill switch …
    "marks", metadata,
    Column("name", String(100), primary_key=True),
    Column("value", Text, nullable=False),
    Column("until", Time, nullable=False, server_default="0"),
)
