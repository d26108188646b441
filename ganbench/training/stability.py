"""Loss stability in numbers that are free of the loss's scale, so that different objectives compare."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ganbench.training.curves import first_not_finite

Series = NDArray[np.floating]
_MAD_TO_DEVIATION = 1.4826  # the standard deviation of a normal law over its median absolute deviation
_SURE = 0.95


def stability(columns: Mapping[str, NDArray[np.generic]]) -> dict[str, float | None]:
    """Return every measure that applies to a run's curves; None where one can't be computed.

    columns: the curves by name, each (updates,), as ganbench.torchkit.adversarial yields them.
    """
    measures: dict[str, float | None] = {}
    for name in sorted(name for name in columns if name.endswith("_loss")):
        loss = np.asarray(columns[name], dtype=np.float64)
        measures[f"{name}_spike_rate"] = spike_rate(loss)
        measures[f"{name}_roughness"] = roughness(loss)
        measures[f"{name}_oscillation"] = oscillation(loss)

    # the others are each of some columns, and absent where one of these is
    for name, (measure, needs) in _MEASURES.items():
        if set(needs) <= set(columns):
            measures[name] = measure(*(np.asarray(columns[need], dtype=np.float64) for need in needs))
    broken = first_not_finite(columns)
    measures["first_non_finite_update"] = None if broken is None else float(broken[1] + 1)
    return measures


def spike_rate(loss: Series, threshold: float = 5.0, window: int = 101) -> float | None:
    """Return the share of updates whose loss stands out from those around it, 0 to 1.

    A spike is further from the running median than `threshold` running deviations, a deviation being 1.4826
    times the median absolute distance from that median: both over `window` updates, since a loss's noise
    grows and shrinks over training. White noise has about one such update in 70,000. loss: (updates,).
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


def saturation(real: Series, fake: Series) -> float | None:
    """Return the share of updates at which the discriminator was sure of both sides, 0 to 1.

    real, fake: (updates,), the discriminator's mean probability of being real on real and on generated
    samples; it is sure when they are 0.95 or more apart, and then teaches a minimax generator nothing.
    """
    apart = _finite(real - fake)
    return float(np.mean(apart >= _SURE)) if len(apart) else None


def distance_from_half(real: Series, fake: Series) -> float | None:
    """Return the mean distance of the discriminator from one half, its value at equilibrium; 0 to 1/2.

    real, fake: (updates,), as in saturation; over the last half of training.
    """
    return _late_mean((np.abs(real - 0.5) + np.abs(fake - 0.5)) / 2)


def ranking(accuracy: Series) -> float | None:
    """Return how often the discriminator ranked a real sample above a generated one; 1/2 at equilibrium.

    accuracy: (updates,), the share of such pairs in a batch; over the last half of training. Ranks have no
    scale at all, so this compares critics, whose logits are no probabilities, with classifiers.
    """
    return _late_mean(accuracy)


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


def clipped_share(share: Series) -> float | None:
    """Return the share of the critic's weights that sit at their bound, 0 to 1, over the last half.

    share: (updates,), of weights whose size is the bound of weight clipping after a critic step. Near 1 the
    critic is little more than its signs.
    """
    return _late_mean(share)


def _late_mean(series: Series) -> float | None:
    late = _finite(series[len(series) // 2 :])
    return float(np.mean(late)) if len(late) else None


def _finite(series: Series) -> Series:
    finite: Series = series[np.isfinite(series)]
    return finite


_MEASURES: dict[str, tuple[Callable[..., float | None], tuple[str, ...]]] = {
    "discriminator_saturation": (saturation, ("discriminator_real", "discriminator_fake")),
    "discriminator_distance_from_half": (distance_from_half, ("discriminator_real", "discriminator_fake")),
    "discriminator_ranking": (ranking, ("discriminator_accuracy",)),
    "gradient_ratio": (gradient_ratio, ("generator_gradient_norm", "discriminator_gradient_norm")),
    "clipped_share": (clipped_share, ("clipped_share",)),
    "penalty_residual": (penalty_residual, ("gradient_penalty",)),
}
