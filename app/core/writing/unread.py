"""What is said when a ticket could not be read or an effect was lost: a plain note, and a notice that carries
no word of the ticket."""
from __future__ import annotations

from collections.abc import Mapping

from app.core.deciding.decided import Decided
from app.core.kinds import Act, EffectKind, Purpose
from app.core.sending.plan import Bodies, Planned, plan, told
from app.core.verdicts import Handoff
from app.core.writing import messages
from app.core.writing.compose import Composed
from app.core.writing.markup import assemble, paragraph, say, strong
from app.core.writing.messages import Body, Frame
from app.core.writing.supplies import Supplies, Way
from config.policy import Mode
from config.wording import Words
from connectors.records import PostNote


def compose_unread(decided: Decided, supplies: Supplies, lexica: Mapping[str, Words]) -> Composed:
    """`supplies.way` is where such a hand-off goes: in place."""
    verdict, situation, way = decided.verdict, decided.situation, supplies.way
    if not isinstance(verdict, Handoff) or way is None:
        return Composed()
    policy, act = situation.policy, situation.act
    telling = told(verdict, situation.mode, policy.announce_handoffs)
    public = _notice(decided, verdict, way, supplies.page_url, lexica) if telling else None
    note = _note(act or "", public is not None, lexica[policy.default_language])
    planned: tuple[Planned, ...] = ()
    if act == Act.UNNOTED and situation.mode is not Mode.WATCH:
        # As plain as a note can be: what the desk refused may have been one of its fields.
        planned = (Planned(Purpose.NOTE, EffectKind.NOTE, PostNote(note.html, note.text)),)
    elif act != Act.UNNOTED:
        group = way.to.moves_to if act == Act.UNREADABLE else None
        planned = plan(verdict, situation.mode, Bodies(public, note), group, {}, (), policy.announce_handoffs)
    return Composed(Bodies(public, note), planned, to=way.to)


def _notice(
    decided: Decided, verdict: Handoff, way: Way, page_url: str | None, lexica: Mapping[str, Words]
) -> Body:
    situation = decided.situation
    policy = situation.policy
    words = lexica[policy.spoken_to_in(situation.reading.language)]
    frame = Frame(
        company=policy.company,
        assistant_name=policy.assistant_name,
        can_do=policy.can_do.get(words.language, ""),
        first_name=None,
        language=words.language,
        first=not situation.memory.noticed,
        page_url=page_url,
    )
    route = policy.spoken(policy.routes[verdict.route], way.to.group, words.language)
    return messages.handoff(verdict, route, "", frame, words)


def _note(act: str, told_customer: bool, agents: Words) -> Body:
    said = [paragraph(strong(say(agents, f"agent.given_up.{act}")))]
    if act == Act.UNREADABLE:
        said.append(paragraph(say(agents, f"agent.given_up.{'told' if told_customer else 'not_told'}")))
    return assemble(said)
