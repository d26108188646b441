"""Loss stability in numbers that are free of the loss's scale, so that different objectives compare."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ganbench.curves import first_not_finite
from ganbench.recipe import Recipe

Series = NDArray[np.floating]
_MAD_TO_DEVIATION = 1.4826  # the standard deviation of a normal law over its median absolute deviation
_SATURATED = 0.99  # share of pairs ranked rightly from which a discriminator teaches next to nothing


def stability(columns: Mapping[str, NDArray[np.generic]], recipe: Recipe | None = None) -> dict[str, float | None]:
    """Return every measure that applies to a run's curves; None where one can't be told.

    columns: the curves by name, each (updates,). recipe: the adversarial recipe, for penalties and clipping.
    """
    measures: dict[str, float | None] = {}
    for name in sorted(name for name in columns if name.endswith("_loss")):
        loss = np.asarray(columns[name], dtype=np.float64)
        measures[f"{name}_spike_rate"] = spike_rate(loss)
        measures[f"{name}_roughness"] = roughness(loss)
        measures[f"{name}_oscillation"] = oscillation(loss)
    if "discriminator_accuracy" in columns:
        accuracy = np.asarray(columns["discriminator_accuracy"], dtype=np.float64)
        measures["discriminator_saturation"] = saturation(accuracy)
        measures["discriminator_distance_from_half"] = distance_from_half(accuracy)
    if {"generator_gradient_norm", "discriminator_gradient_norm"} <= set(columns):
        measures["gradient_ratio"] = gradient_ratio(
            np.asarray(columns["generator_gradient_norm"], dtype=np.float64),
            np.asarray(columns["discriminator_gradient_norm"], dtype=np.float64),
        )
    if "clipped_share" in columns:
        measures["clipped_share"] = _late_mean(np.asarray(columns["clipped_share"], dtype=np.float64))
    if "gradient_penalty" in columns and recipe is not None and recipe.penalty_weight:
        penalty = np.asarray(columns["gradient_penalty"], dtype=np.float64)
        measures["penalty_residual"] = penalty_residual(penalty)
    broken = first_not_finite(columns)
    measures["first_non_finite_update"] = None if broken is None else float(broken[1] + 1)
    return measures


def spike_rate(loss: Series, threshold: float = 5.0, window: int = 101) -> float | None:
    """Return the share of updates whose loss stands out from those around it, 0 to 1.

    A spike is further from the running median than `threshold` running deviations, a deviation being 1.4826
    times the median absolute distance from that median: both over `window` updates, since a loss's noise
    grows and shrinks over training. A normal law has about one such update in a million. loss: (updates,).
    """
    from scipy.ndimage import median_filter

    loss = _finite(loss)
    if len(loss) < window:
        return None
    distance = np.abs(loss - median_filter(loss, size=window, mode="mirror"))
    deviation = _MAD_TO_DEVIATION * median_filter(distance, size=window, mode="mirror")
    return float(np.mean(distance > threshold * deviation))


def roughness(loss: Series) -> float | None:
    """Return how much of the loss's spread is noise between neighbours: 0 smooth, 1 white noise, up to 2.

    The von Neumann ratio (1941), halved: mean squared step over twice the variance. loss: (updates,).
    """
    loss = _finite(loss)
    variance = np.var(loss) if len(loss) > 2 else 0.0
    if variance == 0.0:
        return None
    return float(np.mean(np.diff(loss) ** 2) / (2.0 * variance))


def oscillation(loss: Series) -> float | None:
    """Return the share of the loss's spread that one frequency carries, 0 to 1: players chasing in circles.

    The largest bin of the periodogram over the sum of all, after the straight line through the loss is
    taken out. A pure sine with whole periods gives 1, white noise of n updates about 2 ln(n / 2) / n.
    loss: (updates,).
    """
    loss = _finite(loss)
    if len(loss) < 8:
        return None
    time = np.arange(len(loss), dtype=np.float64)
    detrended = loss - np.polynomial.Polynomial.fit(time, loss, 1)(time)
    power = np.abs(np.fft.rfft(detrended))[1:] ** 2
    total = power.sum()
    if total <= np.finfo(np.float64).eps * len(loss) * np.square(loss).sum():
        return None
    return float(power.max() / total)


def saturation(accuracy: Series) -> float | None:
    """Return the share of updates at which the discriminator told nearly every pair apart, 0 to 1.

    accuracy: (updates,), the share of pairs of a real and a generated sample with the higher logit on the
    real one; saturated from 0.99 on. Ranks carry no scale, so critics and classifiers compare.
    """
    accuracy = _finite(accuracy)
    return float(np.mean(accuracy >= _SATURATED)) if len(accuracy) else None


def distance_from_half(accuracy: Series) -> float | None:
    """Return the mean distance of the discriminator from one half, its value at equilibrium; 0 to 1/2.

    accuracy: (updates,), as in saturation; over the last half of training.
    """
    return _late_mean(np.abs(accuracy - 0.5))


def gradient_ratio(generator: Series, discriminator: Series) -> float | None:
    """Return the median ratio of the generator's gradient norm to the discriminator's; (updates,) both."""
    both = (generator > 0) & (discriminator > 0) & np.isfinite(generator) & np.isfinite(discriminator)
    return float(np.median(generator[both] / discriminator[both])) if both.any() else None


def penalty_residual(penalty: Series) -> float | None:
    """Return how far the critic's gradient norm is from its target, root mean square, in the last half.

    penalty: (updates,), mean squared residuals without their weight: of (‖∇‖ - 1) for WGAN-GP, of ‖∇‖ for
    the zero-centred penalties.
    """
    late = _late_mean(penalty)
    return None if late is None else float(np.sqrt(late))


def _late_mean(series: Series) -> float | None:
    late = _finite(series[len(series) // 2 :])
    return float(np.mean(late)) if len(late) else None


def _finite(series: Series) -> Series:
    finite: Series = series[np.isfinite(series)]
    return finite
