"""Loss stability in numbers that are free of the loss's scale, so that different objectives compare."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ganbench.training.curves import first_not_finite

Series = NDArray[np.floating]
_QUARTILES = 1.349  # the distance between a normal law's quartiles, in standard deviations
_SHORT, _LONG = 101, 2_001  # updates in the windows that spikes are looked for in
_PERIODS = 8  # in the whole training, below which an oscillation is not told from a drift
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


def spike_rate(loss: Series, threshold: float = 5.0) -> float | None:
    """Return the share of updates whose loss stands out from those around it, 0 to 1.

    A spike is further from the running median than `threshold` running deviations, a deviation being what the
    distance between the quartiles in the same window is for a normal law (Hampel 1974): a smooth curve has none,
    however steep, and noise may grow and shrink over training. Two windows are looked through, one of 101 updates
    and one of half of the run, 2,001 at most: a burst is seen up to a quarter of the longer one, and what lasts
    longer is another level. White noise has about one spike in 70,000 updates. loss: (updates,); None below 101.
    """
    loss = _finite(loss)
    if len(loss) < _SHORT:
        return None
    long = min(_LONG, len(loss) // 2 | 1)
    standing_out = [_stands_out(loss, window, threshold) for window in {_SHORT, max(_SHORT, long)}]
    return float(np.mean(np.any(standing_out, axis=0)))


def _stands_out(loss: Series, window: int, threshold: float) -> NDArray[np.bool_]:
    from scipy.ndimage import percentile_filter

    half = window // 2
    # an odd reflection carries a slope on beyond the ends, where a mirror image would put a peak
    longer = np.pad(loss, half, mode="reflect", reflect_type="odd")
    low, middle, high = (percentile_filter(longer, share, size=window)[half:-half] for share in (25, 50, 75))
    rounding = np.finfo(np.float64).eps * np.abs(loss).max()
    standing_out: NDArray[np.bool_] = np.abs(loss - middle) > threshold * (high - low) / _QUARTILES + rounding
    return standing_out


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

    The largest bin of the periodogram with its two neighbours, over the sum of all bins, after the straight line
    through the loss is taken out and under a Hann window, which keeps a sine of any period within those three.
    Below eight periods in the whole training nothing is told from a drift: such bins are in the sum, and none of them
    is the largest. A sine of eight periods or more gives 0.95 or more, a decay or a step 0.06 at most, a random walk
    0.06 as a rule and 0.2 in one of twenty, white noise of n updates 7 ln(n) / n at most. loss: (updates,); None below
    32 of them.
    """
    loss = _finite(loss)
    if len(loss) < 4 * _PERIODS:
        return None
    time = np.arange(len(loss), dtype=np.float64)
    detrended = loss - np.polynomial.Polynomial.fit(time, loss, 1)(time)
    window = np.hanning(len(loss) + 2)[1:-1]
    detrended -= np.average(detrended, weights=window)
    power = np.abs(np.fft.rfft(window * detrended)) ** 2
    total = power.sum()
    if total <= np.finfo(np.float64).eps * len(loss) * np.square(loss).sum():
        return None
    around = np.convolve(power, np.ones(3), mode="same")
    return float(around[_PERIODS:].max() / total)


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
