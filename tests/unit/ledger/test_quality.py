from __future__ import annotations

import pytest

from callcenter.ledger.quality import mean_opinion_score


def test_a_clean_line_sounds_as_well_as_g711_can() -> None:
    assert mean_opinion_score(loss=0, jitter_ms=0, rtt_ms=0) == pytest.approx(4.40, abs=0.02)


@pytest.mark.parametrize(("loss", "mos"), [(1, 4.33), (5, 3.96), (10, 3.4), (100, 1.16)])
def test_loss_costs_what_the_model_says(loss: float, mos: float) -> None:
    assert mean_opinion_score(loss=loss, jitter_ms=0, rtt_ms=0) == pytest.approx(mos, abs=0.1)


def test_worse_is_never_better() -> None:
    scores = [mean_opinion_score(loss=n, jitter_ms=n * 2, rtt_ms=n * 20) for n in range(0, 100, 5)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 1.0
