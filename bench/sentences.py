"""What the load says: made-up everyday English of natural length, and now and then a line in
which the filter sees danger.

The order is the same in every run. 20 to 120 characters, 54 in the middle. The filter finds
concern in about one line of seven, and more than that in three of a thousand.
"""

from collections.abc import Iterator
from itertools import product
from random import Random

BEGINNINGS = (
    "I didn't sleep much last night",
    "My sister called this morning",
    "Work has been heavy this week",
    "I keep thinking about Sunday",
    "The house is very quiet now",
    "I went for a walk before dinner",
    "It rained all day here",
    "My boss moved the meeting again",
    "I tried the breathing you told me about",
    "The exams start in two weeks",
    "I haven't talked about this before",
    "We had an argument about money",
    "My son has his first day of school",
    "I cooked for the first time in a while",
    "The bus was late again",
    "I miss how things were",
    "I wrote it all down yesterday",
    "My friends don't really ask any more",
    "I sat in the garden for an hour",
    "The doctor says it takes time",
    "I feel a bit calmer than on Monday",
    "Mum is coming to stay with us",
    "I left the party early",
    "It's hard to say it out loud",
)

ENDINGS = (
    ".",
    ", and I don't know what to make of it.",
    ", so I made some tea.",
    " and then I cried a little.",
    ", which helped for a while.",
    ", but nobody noticed.",
    " and it felt strange.",
    ", and now I'm just tired.",
    ". How do other people manage that?",
    ". I suppose that is something.",
    ", though I wish I could just switch my head off for an evening.",
    ". It's silly, I know, but it stays with me the whole day and I can't explain why.",
    " and I thought of what you said.",
    ". Is that normal?",
    ", and afterwards I couldn't concentrate on anything.",
    ". Thank you for listening.",
    ", but I'm trying to take it one day at a time.",
    ". Maybe I should tell somebody.",
)

SHORT = (
    "Yes, I think so too.",
    "I'm not sure, honestly.",
    "That makes a lot of sense.",
    "Can I think about it?",
    "Okay, I'll try that tonight.",
    "Thank you, that helps.",
    "What was that like for you?",
    "I hear how hard that is.",
    "Take all the time you need.",
    "And what happened then?",
    "Who else knows about it?",
    "That sounds exhausting.",
)

FLAGGED = (
    "Sometimes I wish I would just not wake up.",
    "I feel like everyone would be better off without me.",
    "I hurt myself again yesterday and I hate that I did.",
    "I don't want to be here any more, nothing changes.",
    "I've been thinking about ending my life.",
)
"""Lines that are flagged; the last one calls a supervisor."""


def sentences() -> tuple[str, ...]:
    """Return several hundred lines in an order that looks like talk."""
    said = [begun + ended for begun, ended in product(BEGINNINGS, ENDINGS)]
    said += [*SHORT * 12, *FLAGGED]
    Random(20_261_123).shuffle(said)
    return tuple(said)


def from_somewhere(start: int) -> Iterator[str]:
    """Yield lines without end, beginning at another place for each `start`."""
    lines = sentences()
    at = start * 37
    while True:
        yield lines[at % len(lines)]
        at += 1
