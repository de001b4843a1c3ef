"""The small language of the lexicon's phrases, and its compilation.

    want to die          these words, in this order
    (sad|very low)       one of these
    [really] (now)?      may be there
    <kill_me>            a class, defined once for the language
    cut*                 any ending; `*cut`: up to three letters before it; `*`: any one word
    #                    any number
    ..                   a gap of up to three words; `...` of up to six

A gap never crosses the end of a sentence. In languages without spaces between words,
spaces in a phrase mean nothing and gaps count characters.

A phrase becomes one regular expression, of bounded repetitions only, and groups of
anchors: words of which one must be there. The expression runs only when every group
was found, so a line costs about as much as the phrases that are nearly in it.

Phrases are checked and put into the source of their expressions when they are read; an
expression is compiled when its phrase is first nearly in a line, which most never are.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_PART: Final = re.compile(r"<\w+>|\)\?|[()\[\]|]|\.{2,3}|[^\s()\[\]|<>]+|\s+|.")
# Too common to be worth looking for, if a rarer word of the phrase can be the anchor.
_COMMON_WORDS: Final = (
    "i im ive id my me a an the to of in on at it its is am are was be been and or if so do did"
    " have has had not no dont for with you your he she they him her them his that this there what"
    " how all just will would can could get got go going want one time day now know like out up"
    " que de la le les un une mi eu e o ich mir mich das den aku ko hai bir ve у я не и в на"
)
_COMMON: Final = frozenset(_COMMON_WORDS.split())
GROUPS: Final = 4
"""Groups of anchors of a phrase; more would cost more to look for than they save."""
_TEXTS: Final = 16  # ways to say neighbouring words for which they are one anchor
_GAPS: Final = {"..": 3, "...": 6}


class PhraseError(Exception):
    """A phrase that can't be read."""


@dataclass(slots=True)
class Expression:
    """A regular expression that is compiled when it is first needed."""

    source: str
    _compiled: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """The expression, ready to be run. Threads that compile it twice do no harm."""
        if self._compiled is None:
            self._compiled = re.compile(self.source)
        return self._compiled


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, ready to be looked for in plain words."""

    expression: Expression
    anchors: tuple[tuple[str, ...], ...]
    """Of each of these groups one must be in the words, or the pattern can't match."""
    lead: int
    """How many characters before the phrase the expression takes in: the space before a word,
    which is found much faster than looked back at. The next match may begin in it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a phrase: its expression and its groups of anchors, the rarest first.

    Without groups, the piece may be absent.
    """

    source: str
    groups: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...] = ()
    """All it can be, where these are few."""


class Compiler:
    """Compiles the phrases of one language."""

    def __init__(
        self, classes: Mapping[str, str], plain: Callable[[str], str], *, spaced: bool
    ) -> None:
        """`classes` are phrases by name; `plain` puts a word in plain spelling."""
        self._classes = classes
        self._plain = plain
        self._spaced = spaced
        self._parts: dict[str, _Part] = {}  # of classes and words; most come again and again
        self._within = set[str]()  # the classes that are being read
        self.vocabulary = set[str]()
        """The whole words of all phrases compiled so far."""

    def compile(self, phrase: str) -> Phrase:
        """Compile one phrase. Raises: PhraseError if it can't be read or matches nothing."""
        part = self._part(phrase)
        if not part.groups:
            raise PhraseError(f"{phrase!r} could match an empty line")
        before = " " if self._spaced else ""
        return Phrase(Expression(before + part.source), part.groups[:GROUPS], len(before))

    def source(self, phrase: str) -> str:
        """The bare expression of a phrase, for use inside another."""
        return self._part(phrase).source

    def _part(self, phrase: str) -> _Part:
        parts = [part for part in _PART.findall(phrase) if not part.isspace()]
        part, rest = self._alternatives(parts, 0, depth=0)
        if rest != len(parts):
            raise PhraseError(f"{phrase!r}: a bracket is closed that was not opened")
        return part

    def _alternatives(self, parts: list[str], at: int, depth: int) -> tuple[_Part, int]:
        choices: list[_Part] = []
        while True:
            part, at = self._sequence(parts, at, depth)
            choices.append(part)
            if at < len(parts) and parts[at] == "|":
                at += 1
                continue
            break
        if len(choices) == 1:
            return choices[0], at
        source = "(?:" + "|".join([choice.source for choice in choices]) + ")"
        texts: tuple[str, ...] = ()
        if len(choices) <= _TEXTS and all(choice.texts for choice in choices):
            texts = tuple({text: None for choice in choices for text in choice.texts})
        if not all(choice.groups for choice in choices):
            return _Part(source, (), texts), at
        anchors = tuple([anchor for choice in choices for anchor in choice.groups[0]])
        return _Part(source, (anchors,), texts), at

    def _sequence(self, parts: list[str], at: int, depth: int) -> tuple[_Part, int]:
        found: list[_Part] = []
        while at < len(parts) and parts[at] not in ("|", ")", ")?", "]"):
            mark = parts[at]
            if mark in ("(", "["):
                inner, at = self._alternatives(parts, at + 1, depth + 1)
                closing = parts[at] if at < len(parts) else ""
                if closing not in ((")", ")?") if mark == "(" else ("]",)):
                    raise PhraseError("a bracket is not closed")
                if closing != ")":
                    texts = (*inner.texts, "") if inner.texts else ()
                    inner = _Part(f"(?:{inner.source})?", (), texts)
                found.append(inner)
            else:
                found.append(self._single(mark))
            at += 1
        if len(found) == 1:
            return found[0], at
        return self._in_a_row(found), at

    def _in_a_row(self, found: list[_Part]) -> _Part:
        """The pieces one after the other; neighbours that can be few texts are one anchor."""
        groups: dict[tuple[str, ...], None] = {}
        run: tuple[str, ...] = ("",)
        runs = 0
        for part in found:
            if part.texts and len(run) * len(part.texts) <= _TEXTS:
                run = tuple([before + text for before in run for text in part.texts])
                continue
            self._close(run, groups)
            run, runs = part.texts or ("",), runs + 1
            if not part.texts:
                groups.update(dict.fromkeys(part.groups))
        self._close(run, groups)
        source = "".join([part.source for part in found])
        return _Part(source, tuple(sorted(groups, key=_rarity, reverse=True)), () if runs else run)

    def _close(self, run: tuple[str, ...], groups: dict[tuple[str, ...], None]) -> None:
        if "" not in run:
            groups[tuple([" " + text for text in run]) if self._spaced else run] = None

    def _single(self, mark: str) -> _Part:
        part = self._parts.get(mark)
        if part is None:
            part = self._parts[mark] = self._read(mark)
        return part

    def _read(self, mark: str) -> _Part:
        if mark in _GAPS:
            return _Part(self._gap(_GAPS[mark]), ())
        if mark.startswith("<"):
            name = mark.strip("<>")
            if name not in self._classes:
                raise PhraseError(f"no such class: {name}")
            if name in self._within:
                raise PhraseError(f"the class {name} speaks of itself")
            self._within.add(name)
            part = self._part(self._classes[name])
            self._within.remove(name)
            return _Part(f"(?:{part.source})", part.groups, part.texts)
        return self._word(mark)

    def _gap(self, size: int) -> str:
        if self._spaced:
            return rf"(?:[^ .?]+ ){{0,{size}}}"
        return rf"[^.?]{{0,{size * 2 - 2}}}"

    def _word(self, mark: str) -> _Part:
        if mark == "*":
            return _Part(r"[^ .?]+ " if self._spaced else r"[^ .?]", ())
        if mark == "#":
            return _Part(r"\d+ ", ())
        if mark in (".", "?", ","):
            return _Part(re.escape(mark) + " ", ())
        bare = mark.strip("*")
        word = self._plain(bare)
        if not word:
            raise PhraseError(f"{mark!r} is no word")
        if not self._spaced:
            return _Part(re.escape(word), ((word,),), (word,))
        open_start, open_end = mark.startswith("*"), mark.endswith("*")
        source = re.escape(word).replace(r"\ ", " ")
        source = (r"[^\W\d]{0,3}" if open_start else "") + source
        source += r"[^ ]* " if open_end else " "
        anchor = ("" if open_start else " ") + word + ("" if open_end else " ")
        if not open_start:
            self.vocabulary.update(word.split())
        texts = () if open_start or open_end else (word + " ",)
        return _Part(source, ((anchor,),), texts)


def _rarity(anchors: tuple[str, ...]) -> float:
    return min([_length(anchor) for anchor in anchors]) - 0.2 * len(anchors)


def _length(anchor: str) -> float:
    """Its letters, of which those of common words count for little, and for nothing alone."""
    words = anchor.split()
    if not _COMMON.issuperset(words):
        return len(anchor)
    return 0.5 * len(anchor) if len(words) > 1 else 0.0
