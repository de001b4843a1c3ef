"""The small language of the lexicon's phrases, and its compilation.

    want to die          these words, in this order
    (sad|very low)       one of these
    [really] (now)?      may be there
    <kill_me>            a class, defined once for the language
    cut*                 any ending; `*cut`: up to three letters before it; `*`: any one word
    #                    any number; `##`: one of two digits or more
    ^ yes                only where the line begins
    ..                   a gap of up to three words; `...` of up to six

A gap never crosses the end of a sentence. In languages without spaces between words,
spaces in a phrase mean nothing and gaps count characters.

A phrase becomes one regular expression, of bounded repetitions only, and groups of
anchors: words of which one must be there. The expression runs only when every group
was found, and only over the sentences where the rarest was, so a line costs about as
much as the phrases that are nearly in it. A phrase without gaps or endings needs none:
where its anchor is, there it is.

Phrases are checked and put into the source of their expressions when they are read; an
expression is compiled when its phrase is first nearly in a line, which most never are.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Final, NamedTuple

from safety.spelling import english

_PART: Final = re.compile(r"<\w+>|\)\?|[()\[\]|]|\.{2,3}|[^\s()\[\]|<>]+|\s+|.")
# The commonest first: how rare an anchor is decides which is looked for first, and that the
# commonest are not looked for at all where a rarer one of the phrase can be.
_COMMON_WORDS: Final = (
    "i to and the a that it my you is have of me but for do not with just so am in im will be are"
    " this like was on what dont at he she they all if about get its no know now want really can"
    " feel your time there good been how think out has when go her him up or would an from as one"
    " had did could should some we because more them his then day help people someone too does ive"
    " got going things only very even who well much were thank thanks see life make here"
    " back by work friend still never any take need say something us why talk hard same than way"
    " sure right find try hope love old new year years again around home left give mind school"
    " great sorry end trying everything being over job family friends always maybe put keep let"
    " tell told said made being little might last best better night today week every thing yes"
    " okay ok please away down off into which where while other before after around found feeling"
    " que de la le les un une mi eu e o ich mir mich das den aku ko hai bir ve у я не и в на no si"
    " es el en y se lo me je tu il est pas da do di und der die ist nicht ne bu ben ini itu yang"
)
_FREQUENCY: Final = {
    word: 0.04 / (rank + 1) ** 0.75 for rank, word in reversed([*enumerate(_COMMON_WORDS.split())])
}
"""About how often each stands among a hundred words of chat, divided by a hundred."""
_UNLISTED: Final = 0.00002
_LISTED: Final = (0.0001, 0.00002, 0.00001, 0.00001, 0.00001)  # by level of the word list
_EVERYWHERE: Final = 0.03
"""Anchors that are met so often say too little to be looked for."""
GROUPS: Final = 4
"""Groups of anchors of a phrase; more would cost more to look for than they save."""
_TEXTS: Final = 16  # ways to say neighbouring words for which they are one anchor
_CHOICES: Final = 256  # ways to say a piece that are still known one by one
_GAPS: Final = {"..": 3, "...": 6}
_OPENING: Final = r"(?<=\A"
_DEEPEST: Final = 20  # brackets, or classes, inside each other
_MOST_WAYS: Final = 4_000
"""Ways to fill the gaps and options of a phrase; beyond, a line could be made to take minutes."""


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
    """Of each of these groups one must be in the words, or the pattern can't match. The first
    is the rarest."""
    lead: int
    """How many characters before the phrase the expression takes in: the space before a word,
    which is found much faster than looked back at. The next match may begin in it."""
    fixed: bool
    """Whether the anchors of its one group are all it can be."""
    crosses: bool
    """Whether it speaks of the end of a sentence; others stand within one."""
    head: tuple[str, ...]
    """The one of its groups of anchors that it begins with, if it begins with one."""
    opens: bool
    """Whether it stands only where the line begins."""


class _Part(NamedTuple):
    """A piece of a phrase: its expression and its groups of anchors, the rarest first.

    Without groups, the piece may be absent.
    """

    source: str
    groups: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...] = ()
    """All it can be, where these are few."""
    crosses: bool = False
    """Whether it speaks of the end of a sentence."""
    ways: int = 1
    """In how many ways its gaps and options can be filled."""
    head: tuple[str, ...] = ()
    """The group of anchors that it begins with, if it begins with one."""


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
        self.compiled: dict[str, Phrase] = {}
        """All phrases compiled so far, by what is written in the lexicon."""

    def remember(self, compiled: Mapping[str, Phrase], vocabulary: Iterable[str]) -> None:
        """Take over what another compiler made of the same phrases, and its vocabulary."""
        self.compiled.update(compiled)
        self.vocabulary.update(vocabulary)

    def compile(self, phrase: str) -> Phrase:
        """Compile one phrase. Raises: PhraseError if it can't be read or matches nothing."""
        compiled = self.compiled.get(phrase)
        if compiled is None:
            compiled = self.compiled[phrase] = self._compile(phrase)
        return compiled

    def _compile(self, phrase: str) -> Phrase:
        part = self._part(phrase)
        if not part.groups:
            raise PhraseError(f"{phrase!r} could match an empty line")
        if part.ways > _MOST_WAYS:
            raise PhraseError(f"{phrase!r} has too many gaps and options")
        before = " " if self._spaced else ""
        fixed = bool(part.texts)
        groups = (tuple([before + text for text in part.texts]),) if fixed else _rarest(part.groups)
        return Phrase(
            Expression(before + part.source),
            groups,
            len(before),
            fixed=fixed,
            crosses=part.crosses,
            head=part.head if part.head in groups else (),
            opens=part.source.startswith(_OPENING),
        )

    def part(self, phrase: str) -> tuple[str, tuple[tuple[str, ...], ...], bool]:
        """The bare expression of a phrase, its groups of anchors, whether they are all of it.

        For phrases that may be anywhere, so there may be no group at all.
        """
        part = self._part(phrase)
        before = " " if self._spaced else ""
        if part.texts and "" not in part.texts:
            return part.source, (tuple([before + text for text in part.texts]),), True
        return part.source, part.groups[:1], False

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
        if all(choice.texts for choice in choices):
            texts = tuple({text: None for choice in choices for text in choice.texts})
            texts = texts if len(texts) <= _CHOICES else ()
        crosses = any(choice.crosses for choice in choices)
        ways = max(choice.ways for choice in choices)
        if not all(choice.groups for choice in choices):
            return _Part(source, (), texts, crosses, ways), at
        anchors = tuple([anchor for choice in choices for anchor in choice.groups[0]])
        heads = all(choice.head == choice.groups[0] for choice in choices)
        return _Part(source, (anchors,), texts, crosses, ways, anchors if heads else ()), at

    def _sequence(self, parts: list[str], at: int, depth: int) -> tuple[_Part, int]:
        if depth > _DEEPEST:
            raise PhraseError("too many brackets inside each other")
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
                    source, ways = f"(?:{inner.source})?", inner.ways + 1
                    inner = _Part(source, (), texts, inner.crosses, ways)
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
        head = found[0].head if found else ()
        for number, part in enumerate(found):
            if part.texts and len(run) * len(part.texts) <= _TEXTS:
                run = tuple([before + text for before in run for text in part.texts])
                head = self._anchors(run) if runs == 0 or number == 0 else head
                continue
            groups[self._anchors(run)] = None
            run, runs = part.texts or ("",), runs + 1
            if number == 0 and part.texts:
                head = self._anchors(run)
            if not part.texts:
                groups.update(dict.fromkeys(part.groups))
        groups[self._anchors(run)] = None
        groups.pop((), None)
        source = "".join([part.source for part in found])
        crosses = any(part.crosses for part in found)
        ways = prod([part.ways for part in found])
        ordered = tuple(sorted(groups, key=_frequency))
        return _Part(source, ordered, () if runs else run, crosses, ways, head)

    def _anchors(self, run: tuple[str, ...]) -> tuple[str, ...]:
        """The anchors of neighbouring words; none if they may all be absent."""
        if "" in run:
            return ()
        return tuple([" " + text for text in run]) if self._spaced else run

    def _single(self, mark: str) -> _Part:
        part = self._parts.get(mark)
        if part is None:
            part = self._parts[mark] = self._read(mark)
        return part

    def _read(self, mark: str) -> _Part:
        if mark in _GAPS:
            return _Part(self._gap(_GAPS[mark]), (), ways=_GAPS[mark] + 1)
        if mark.startswith("<"):
            name = mark.strip("<>")
            if name not in self._classes:
                raise PhraseError(f"no such class: {name}")
            if len(self._within) > _DEEPEST:
                raise PhraseError("too many classes inside each other")
            if name in self._within:
                raise PhraseError(f"the class {name} speaks of itself")
            self._within.add(name)
            part = self._part(self._classes[name])
            self._within.remove(name)
            return _Part(f"(?:{part.source})", *part[1:])
        return self._word(mark)

    def _gap(self, size: int) -> str:
        if self._spaced:
            return rf"(?:[^ .?]+ ){{0,{size}}}"
        return rf"[^.?]{{0,{size * 2 - 2}}}"

    def _word(self, mark: str) -> _Part:
        before = " " if self._spaced else ""
        if mark == "*":
            return _Part(r"[^ .?]+ " if self._spaced else r"[^ .?]", ())
        if mark == "^":
            return _Part(_OPENING + before + ")", ())
        if mark in ("#", "##"):
            return _Part(r"\d+ " if mark == "#" else r"\d\d+ ", ())
        if mark in (".", "?", ","):
            return _Part(re.escape(mark) + " ", (), crosses=mark != ",")
        bare = mark.strip("*")
        word = self._plain(bare)
        if not word:
            raise PhraseError(f"{mark!r} is no word")
        if not self._spaced:
            return _Part(re.escape(word), ((word,),), (word,), head=(word,))
        open_start, open_end = mark.startswith("*"), mark.endswith("*")
        source = re.escape(word).replace(r"\ ", " ")
        source = (r"[^\W\d]{0,3}" if open_start else "") + source
        source += r"[^ ]* " if open_end else " "
        anchor = ("" if open_start else " ") + word + ("" if open_end else " ")
        if not open_start:
            self.vocabulary.update(word.split())
        texts = () if open_start or open_end else (word + " ",)
        return _Part(source, ((anchor,),), texts, head=() if open_start else (anchor,))


def _rarest(groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """The groups that say something by being there; the rarest in any case."""
    return (
        groups[0],
        *[group for group in groups[1:GROUPS] if _frequency(group) < _EVERYWHERE],
    )


def _frequency(anchors: tuple[str, ...]) -> float:
    """About how often one of these is met, in a hundredth of all words."""
    return sum([_frequency_of(anchor) for anchor in anchors])


def _listed(word: str) -> float:
    level = english().get(word)
    return _UNLISTED if level is None else _LISTED[level]


@cache
def _frequency_of(anchor: str) -> float:
    words = anchor.split()
    rarest = min([_FREQUENCY.get(word) or _listed(word) for word in words], default=1.0)
    return rarest * 0.1 ** (len(words) - 1)
