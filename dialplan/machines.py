"""How Asterisk's AMD() listens for an answering machine: its parameters, in ms but for the last two."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Listening:
    """The arguments of AMD(), in its order. It judges by lengths of sound and silence alone, never by words."""

    #: Silence from the beginning of which the answer is MACHINE.
    initial_silence: int
    #: So much sound without a pause of `after_greeting` is MACHINE.
    greeting: int
    #: A pause so long after some sound is HUMAN.
    after_greeting: int
    #: After so long it gives up: NOTSURE.
    total: int
    #: Shorter sounds are no words; shorter silences do not part words.
    word: int
    between_words: int
    #: More words are MACHINE.
    words: int
    #: A mean level below this is silence (0 to 32767).
    threshold: int

    @property
    def arguments(self) -> str:
        """As the dialplan hands them over."""
        return ",".join(map(str, astuple(self)))


_NEVER = 60_000

#: Before the recorded voice speaks. Silence is never a machine: people who fear a fraud say nothing and wait.
VOICE = Listening(
    initial_silence=_NEVER, greeting=2400, after_greeting=600, total=4000,
    word=100, between_words=50, words=6, threshold=256,
)  # fmt: skip
#: Before an agent is rung: over within the two seconds in which whoever answers has to hear somebody.
AGENTS = Listening(
    initial_silence=_NEVER, greeting=1400, after_greeting=600, total=1900,
    word=100, between_words=50, words=4, threshold=600,
)  # fmt: skip
#: As Asterisk comes, for comparison.
ASTERISKS_OWN = Listening(
    initial_silence=2500, greeting=1500, after_greeting=800, total=5000,
    word=100, between_words=50, words=2, threshold=256,
)  # fmt: skip
