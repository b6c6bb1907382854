"""Whether a message ends something: it says that the matter is settled, only that it was read, or neither.
All from the words files.

Both mean "and nothing else": every word of the message must belong to such a phrase, to courtesy, to a name
or to a signature. A word that is left over ("It worked for one day") may be the matter itself.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from app.core.reading.lexicon import listed
from app.core.reading.phrases import Folded, Found, fold
from config.wording import Words

WORDS_MAX = 40  # a longer message is read by the rules for questions
NAME_WORDS = 3  # of a name after a greeting or thanks, or as the last line
PICTURES_MAX = 5  # a row of more says something else

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_QUESTION = re.compile(r"[?？¿]")
_LINK = re.compile(r"https?://\S{1,2000}")
# Pictures that complain, doubt or ask; any other one on its own is a nod.
_NO_NOD = re.compile("[👎😠😡🤬😤😢😭😞😔😟🙁☹😕😩😫💔🤔❓❔❗❕🤷😒🙄😱🆘‼⁉😰😨🤮🤢🖕💩😖😣😥😓🤦❌🚫⛔⚠😐😑😬]")
_PICTURE = re.compile("[\u2190-\u21ff\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_PICTURES_ONLY = re.compile(
    f"(?:{_PICTURE.pattern}[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]{{0,4}}\\s{{0,3}}){{1,{PICTURES_MAX}}}"
)

_COURTESY = ("greeting", "thanks", "thanks_around", "closing")
_SETTLED = (*_COURTESY, "settled", "settled_around", "thanks_for_reply", "acknowledged")
_THANKED = (*_COURTESY, "acknowledged")
_NODDED = (*_COURTESY, "acknowledged", "promised", "thanks_for_reply", "reaction")
_NODS = ("acknowledged", "promised", "reaction", "thanks")
_BEFORE_A_NAME = ("greeting", "thanks", "thanks_around", "closing")


def settles(text: str, words: Mapping[str, Words], names: Sequence[str] = ()) -> bool:
    """Whether it says that the matter is settled, or only thanks, and nothing else.

    Thanks for the answer alone settle nothing: it came, which is not to say that it helped. `names` are of
    those who write here.
    """
    if not _may_end(text):
        return False
    folded = fold(text)
    return any(_settles_in(text, folded, lexicon, names) for lexicon in words.values())


def acknowledges(text: str, words: Mapping[str, Words], names: Sequence[str] = ()) -> bool:
    """Whether it says no more than that it was read: "ok", "noted", a thumb, a mail program's reaction,
    "you're welcome", thanks."""
    if not _may_end(text):
        return False
    if _PICTURES_ONLY.fullmatch(text.strip()):
        return True
    folded = fold(text)
    return any(_acknowledges_in(text, folded, lexicon, names) for lexicon in words.values())


def _may_end(text: str) -> bool:
    asks = _QUESTION.search(text) or _NO_NOD.search(text) or any(map(str.isdigit, _LINK.sub("", text)))
    return not asks and len(text.split(None, WORDS_MAX)) <= WORDS_MAX


def _settles_in(text: str, folded: Folded, lexicon: Words, names: Sequence[str]) -> bool:
    settled = list(listed(lexicon, "settled").all(folded))
    if listed(lexicon, "settled_not").first(folded) or _asks_more(folded, lexicon, settled):
        return False
    if settled:
        return _nothing_left(text, folded, lexicon, _SETTLED, names)
    return listed(lexicon, "thanks").first(folded) is not None and _nothing_left(
        text, folded, lexicon, _THANKED, names
    )


def _acknowledges_in(text: str, folded: Folded, lexicon: Words, names: Sequence[str]) -> bool:
    # "I'll do that" promises, and looks like the beginning of a question.
    if _asks_more(folded, lexicon, list(listed(lexicon, "promised").all(folded))):
        return False
    if not any(listed(lexicon, name).first(folded) for name in _NODS):
        return False
    return _nothing_left(text, folded, lexicon, _NODDED, names)


def _asks_more(folded: Folded, lexicon: Words, within: Sequence[Found]) -> bool:
    """Whether a question or a wish begins, but as a part of one of these phrases ("you can close this")."""
    begins = listed(lexicon, "asks_more").all(folded)
    return any(
        not any(s.folded_start <= b.folded_start and b.folded_end <= s.folded_end for s in within)
        for b in begins
    )


def _nothing_left(
    text: str, folded: Folded, lexicon: Words, lists: Sequence[str], names: Sequence[str]
) -> bool:
    covered = bytearray(len(folded.text))
    openings: set[int] = set()  # where a phrase ends behind which a name may stand
    for name in lists:
        for found in listed(lexicon, name).all(folded):
            covered[found.folded_start : found.folded_end] = b"\1" * (found.folded_end - found.folded_start)
            if name in _BEFORE_A_NAME:
                openings.add(found.folded_end)
    links = [link.span() for link in _LINK.finditer(text)]
    known = {word for name in names for word in fold(name).text.split()}
    left = [
        word for word in _WORD.finditer(folded.text)
        if word.group() not in known and not all(covered[word.start() : word.end()])
        and not any(start <= folded.at[word.start()] < end for start, end in links)
    ]
    reaction = listed(lexicon, "reaction").first(folded)
    return len(left) == sum(
        1 for _ in _names(text, folded, left, openings, reaction.folded_start if reaction else 0)
    )


def _names(
    text: str, folded: Folded, left: Sequence[re.Match[str]], openings: set[int], reacted_at: int
) -> Iterator[re.Match[str]]:
    """Of the words left over those that are a name by capital and place: behind a greeting or thanks, on the
    last line, of who reacted."""
    expected = set(openings)
    for count, word in enumerate(left):
        capital = text[folded.at[word.start()]].isupper()
        before = folded.text[: word.start()].rstrip(" ,-")
        after_courtesy = len(before) in expected
        last_line = _is_last_line(text, folded, left[count:])
        if capital and (after_courtesy or last_line or word.end() <= reacted_at and count < NAME_WORDS):
            expected.add(word.end())
            yield word


def _is_last_line(text: str, folded: Folded, rest: Sequence[re.Match[str]]) -> bool:
    start = folded.at[rest[0].start()]
    line = text[: start].rpartition("\n")[2]
    return (
        len(rest) <= NAME_WORDS
        and "\n" in text[:start]
        and not line.strip(" -–—*_")
        and "\n" not in text[start:].strip()
    )
