"""How a leg sounded: mean opinion score from packet loss, jitter and round trip by the simplified E-model.

ITU-T G.107 (R = R0 - Is - Id - Ie,eff + A, and Annex B for R to MOS) with its default R0 - Is = 93.2; the delay
impairment in the linear form of Cole and Rosenbluth, "Voice over IP performance monitoring" (2001); G.711 with
packet-loss concealment from ITU-T G.113 Appendix I (Ie = 0, Bpl = 25.1), loss taken as random.
"""

from __future__ import annotations

from callcenter.calls.journal import Json
from callcenter.ledger.record import Audio

_BEST_R = 93.2
_LOSS_ROBUSTNESS = 25.1
#: One packet of 20 ms, and a jitter buffer that holds twice the jitter.
_PACKET_MS = 20.0
_BUFFER = 2.0
#: Beyond this one-way delay people begin to talk over each other.
_KNEE_MS = 177.3


def mean_opinion_score(*, loss: float, jitter_ms: float, rtt_ms: float) -> float:
    """1.0 (unusable) to 4.4 (the best that G.711 can do). `loss` is in per cent of the packets."""
    delay = rtt_ms / 2 + _PACKET_MS + _BUFFER * jitter_ms
    delay_impairment = 0.024 * delay + 0.11 * max(delay - _KNEE_MS, 0.0)
    loss_impairment = 95.0 * loss / (loss + _LOSS_ROBUSTNESS)
    r = max(_BEST_R - delay_impairment - loss_impairment, 0.0)
    # The cubic dips below 1 for very small R; G.107 calls everything there 1.
    return round(max(1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6, 1.0), 2)


def audio_of(leg: dict[str, Json]) -> Audio | None:
    """How a leg sounded by its end in the journal; None when nothing was measured."""
    received, sent = _number(leg, "rx_count"), _number(leg, "tx_count")
    if not received and not sent:
        return None
    lost_here, lost_there = _number(leg, "rx_lost"), _number(leg, "tx_lost")
    # Received packets exclude the lost ones, sent packets include them.
    loss = 100 * max(
        lost_here / (received + lost_here) if received else 0.0, min(lost_there / sent, 1.0) if sent else 0.0
    )
    jitter_ms = max(_number(leg, "rx_jitter_ms"), _number(leg, "tx_jitter_ms"))
    rtt_ms = _number(leg, "rtt_ms")
    return Audio(
        loss=round(loss, 2),
        jitter_ms=round(jitter_ms, 1),
        rtt_ms=round(rtt_ms, 1),
        mos=mean_opinion_score(loss=loss, jitter_ms=jitter_ms, rtt_ms=rtt_ms),
    )


def _number(data: dict[str, Json], key: str) -> float:
    value = data.get(key)
    return max(float(value), 0.0) if isinstance(value, int | float) else 0.0
