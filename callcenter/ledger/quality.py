"""How a leg sounded: mean opinion score from packet loss, jitter and round trip by the simplified E-model.

ITU-T G.107 (R = R0 - Is - Id - Ie,eff + A, and Annex B for R to MOS) with its default R0 - Is = 93.2; the delay
impairment in the linear form of Cole and Rosenbluth, "Voice over IP performance monitoring" (2001); G.711 with
packet-loss concealment from ITU-T G.113 Appendix I (Ie = 0, Bpl = 25.1), loss taken as random.
"""

from __future__ import annotations

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
