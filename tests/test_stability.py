"""Each measure of stability on curves whose answer is known."""

import numpy as np
import pytest

from ganbench.training.stability import (
    distance_from_half,
    gradient_ratio,
    oscillation,
    penalty_residual,
    ranking,
    roughness,
    saturation,
    spike_rate,
    stability,
)

RANDOM = np.random.default_rng(0)
NOISE = RANDOM.standard_normal(4_000)
TIME = np.arange(4_000)


@pytest.mark.parametrize("measure", [spike_rate, roughness, oscillation])
def test_measures_are_free_of_the_losss_scale_and_origin(measure):
    loss = NOISE.cumsum() * 0.1 + NOISE
    assert measure(1_000 * loss - 7) == pytest.approx(measure(loss), rel=1e-6)


def test_noise_has_next_to_no_spikes_and_planted_ones_are_counted():
    assert spike_rate(NOISE) < 1e-3
    spiky = NOISE.copy()
    spiky[::100] += 50
    assert spike_rate(spiky) == pytest.approx(0.01, abs=1e-3)


def test_spikes_are_told_from_a_drift_and_from_noise_that_grows():
    assert spike_rate(np.linspace(5, 0, 4_000) + 0.01 * NOISE) < 1e-3
    assert spike_rate(NOISE * np.linspace(1, 20, 4_000)) < 2e-3


def test_a_smooth_curve_has_no_spikes_however_steep():
    time = np.arange(2_000.0)
    curves = (np.exp(-time / 20), np.exp(-time / 300), 1 / (1 + time), np.log1p(time), (time - 700) ** 2)
    waves = (np.sin(time / 50), np.sin(time / 300), np.exp(-time / 300) * np.sin(time / 40))
    assert [spike_rate(curve) for curve in (*curves, *waves)] == [0.0] * 8


def test_a_burst_is_counted_whole_where_it_fills_a_short_window():
    for length in (1, 40, 80, 300):
        bursting = NOISE.copy()
        bursting[2_000 : 2_000 + length] += 50
        assert spike_rate(bursting) * len(NOISE) == pytest.approx(length, abs=2)


def test_roughness_is_one_for_white_noise_and_near_zero_for_a_smooth_curve():
    assert roughness(NOISE) == pytest.approx(1.0, abs=0.1)
    assert roughness(np.sin(TIME / 300)) < 1e-3
    assert roughness(np.tile([1.0, -1.0], 500)) == pytest.approx(2.0, rel=1e-2)


def test_oscillation_is_near_one_for_a_sine_of_any_period_and_phase_even_on_a_drift():
    for periods in (8, 8.5, 10.5, 33.3, 500, 1_290.3):
        for phase in (0.0, 0.7, 1.6, 2.9):
            sine = np.sin(2 * np.pi * periods * TIME / len(TIME) + phase)
            assert oscillation(sine) > 0.95
            assert oscillation(sine + TIME / 500) > 0.9


def test_oscillation_is_small_for_what_goes_nowhere_round():
    assert oscillation(NOISE) < 7 * np.log(4_000) / 4_000
    for rate in (1, 5, 20, 100):
        assert oscillation(np.exp(-rate * TIME / 4_000)) < 0.01
    for place in (0.1, 0.3, 0.5, 0.8):
        assert oscillation((place * 4_000 < TIME).astype(float)) < 0.06
    for periods in (0.5, 1, 3):
        assert oscillation(np.sin(2 * np.pi * periods * TIME / 4_000)) < 0.2
    walks = [oscillation(RANDOM.standard_normal(1_000).cumsum()) for _ in range(100)]
    assert np.median(walks) < 0.1


def test_a_chirp_oscillates_the_less_the_more_frequencies_it_goes_through():
    def chirp(first, last):
        return oscillation(np.sin(2 * np.pi * (first * TIME / 4_000 + (last - first) / 2 * (TIME / 4_000) ** 2)))

    assert chirp(20, 22) > 0.95 > chirp(20, 40) > chirp(10, 200)


def test_saturation_and_distance_from_half_read_the_discriminators_probabilities():
    real, fake = np.array([0.5, 0.9, 0.99, 0.8]), np.array([0.5, 0.1, 0.01, 0.1])
    assert saturation(real, fake) == 0.25
    assert distance_from_half(real, fake) == pytest.approx((0.49 + 0.35) / 2)
    assert distance_from_half(np.full(4, 0.5), np.full(4, 0.5)) == 0.0


def test_ranking_is_the_late_share_of_pairs_ranked_rightly():
    assert ranking(np.array([0.5, 0.5, 1.0, 0.9])) == pytest.approx(0.95)


def test_the_gradient_ratio_is_a_median_that_one_bad_update_cannot_move():
    generator, discriminator = np.full(9, 2.0), np.full(9, 4.0)
    generator[3] = np.inf
    discriminator[4] = 0.0
    assert gradient_ratio(generator, discriminator) == 0.5


def test_the_penalty_residual_is_the_root_of_the_late_mean():
    assert penalty_residual(np.array([100.0, 100.0, 0.04, 0.04])) == pytest.approx(0.2)


@pytest.mark.parametrize("loss", [np.zeros(0), np.ones(1), np.ones(5), np.ones(500), np.full(500, np.nan)])
def test_what_cannot_be_told_is_none(loss):
    assert roughness(loss) is None
    assert oscillation(loss) is None
    assert spike_rate(loss) in (None, 0.0)
    assert saturation(loss[:0], loss[:0]) is None
    assert ranking(loss[:0]) is None
    assert gradient_ratio(loss[:0], loss[:0]) is None


def test_only_the_measures_that_apply_are_given():
    columns = {"update": TIME, "generator_loss": NOISE}
    assert set(stability(columns)) == {
        "generator_loss_spike_rate",
        "generator_loss_roughness",
        "generator_loss_oscillation",
        "first_non_finite_update",
    }
    full = columns | {
        "discriminator_loss": NOISE,
        "discriminator_accuracy": np.full(4_000, 0.7),
        "generator_gradient_norm": np.full(4_000, 3.0),
        "discriminator_gradient_norm": np.full(4_000, 1.5),
        "gradient_penalty": np.full(4_000, 0.25),
        "clipped_share": np.full(4_000, 0.6),
    }
    measures = stability(full)
    assert measures["penalty_residual"] == pytest.approx(0.5)
    assert measures["clipped_share"] == pytest.approx(0.6)
    assert measures["gradient_ratio"] == pytest.approx(2.0)
    assert measures["discriminator_ranking"] == pytest.approx(0.7)
    assert "discriminator_saturation" not in measures  # its logits were no probabilities


def test_the_first_update_that_is_not_finite_is_counted_from_one():
    loss = np.ones(10)
    loss[6] = np.inf
    loss[8] = np.nan
    assert stability({"generator_loss": loss})["first_non_finite_update"] == 7
    assert stability({"generator_loss": np.ones(10)})["first_non_finite_update"] is None
