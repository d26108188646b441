"""What each capability of a model promises, one check a claim."""

from collections.abc import Callable
from typing import Any

import torch

from ganbench.contracts.capabilities import (
    BackTranslator,
    CodeVariation,
    EvidenceBound,
    LatentDecoder,
    Likelihood,
    Profile,
    Reconstructor,
    SamplingModes,
    StepCounter,
    TwoPlayers,
)
from ganbench.contracts.datasets import Batch
from ganbench.errors import UnfitError
from ganbench.testing.bench import seeded
from ganbench.testing.kit import require


def _steps(model: Any, batch: Batch, profile: Profile) -> None:  # noqa: ARG001  # all are called alike
    """A StepCounter has counted what training took."""
    steps = dict(model.steps_by_player())
    require(sum(steps.values()) > 0, "steps of training", steps, "ganbench.StepCounter.steps_by_player")


def _likelihood(model: Any, batch: Batch, profile: Profile) -> None:  # noqa: ARG001  # all are called alike
    """log_prob gives a number for each sample, and none of them is nan."""
    nats, n = model.log_prob(batch.samples), len(batch.samples)
    require(nats.shape == (n,), f"shape {(n,)}", tuple(nats.shape), "ganbench.Likelihood.log_prob")
    require(not nats.isnan().any(), "numbers", "nan", "ganbench.Likelihood.log_prob")


def _decoder(model: Any, batch: Batch, profile: Profile) -> None:
    """Codes of as many dimensions as the profile says decode to finite samples."""
    where = "ganbench.LatentDecoder.decode"
    require(bool(profile.latent), "latent dimensions in profile()", profile.latent, where)
    codes = torch.randn(len(batch.samples), profile.latent or 1, generator=seeded())
    decoded = model.decode(codes, _given(batch, profile))
    require(decoded.shape == batch.samples.shape, tuple_text(batch), tuple(decoded.shape), where)
    require(bool(decoded.isfinite().all()), "finite samples", "numbers that are not", where)


def _variations(model: Any, batch: Batch, profile: Profile) -> None:
    """Varied codes decode to finite samples, and every row shows more than one."""
    where, steps = "ganbench.CodeVariation.variations", 3
    codes = torch.randn(2, profile.latent or 1, generator=seeded())
    rows = model.variations(codes, steps)
    require(rows.shape == (2, steps, codes.shape[1]), f"shape {(2, steps, codes.shape[1])}", tuple(rows.shape), where)
    require(
        bool((rows != rows[:, :1]).flatten(1).any(dim=1).all()), "codes that vary in every row", "equal ones", where
    )
    given = _given(batch, profile)
    decoded = model.decode(rows.flatten(0, 1), None if given is None else given[:1].repeat_interleave(2 * steps, dim=0))
    require(bool(decoded.isfinite().all()), "finite samples", "numbers that are not", where)


def _reconstructor(model: Any, batch: Batch, profile: Profile) -> None:
    """Each sample has a code, a reconstruction in its own shape, and a number for how badly that went."""
    n, given = len(batch.samples), _given(batch, profile)
    codes = model.encode(batch.samples, given)
    require(len(codes) == n, f"{n} codes", len(codes), "ganbench.Reconstructor.encode")
    again = model.reconstruct(batch.samples, given)
    require(again.shape == batch.samples.shape, tuple_text(batch), tuple(again.shape), "Reconstructor.reconstruct")
    anomaly = model.anomaly(batch.samples, given)
    require(anomaly.shape == (n,), f"shape {(n,)}", tuple(anomaly.shape), "ganbench.Reconstructor.anomaly")


def _players(model: Any, batch: Batch, profile: Profile) -> None:
    """Players are copies: training them does not change what the model draws, and each has a logit a sample."""
    given, n = _given(batch, profile), len(batch.samples)
    before, where = model.sample(n, seeded(), given), "ganbench.TwoPlayers.players"
    try:
        players = model.players()
    except UnfitError:
        return  # of another value, and says so
    made = players.generate(torch.randn(n, players.latent, generator=seeded()), batch.condition)
    require(made.shape == batch.samples.shape, tuple_text(batch), tuple(made.shape), where)
    judged = players.judge(made, batch.condition)
    require(judged.shape == (n,), f"shape {(n,)}", tuple(judged.shape), where)
    with torch.no_grad():
        for weight in (*players.generator.parameters(), *players.discriminator.parameters()):
            weight.zero_()
    after = model.sample(n, seeded(), given)
    require(torch.equal(before, after), "copies", "a change of the model's own samples", where)


def _back(model: Any, batch: Batch, profile: Profile) -> None:  # noqa: ARG001  # all are called alike
    """Samples are translated back into finite pictures like their sources, in [-1, 1]."""
    where, shape = "ganbench.BackTranslator.translate_back", tuple(batch.condition.shape)
    back = model.translate_back(batch.samples)
    require(tuple(back.shape) == shape, f"shape {shape}", tuple(back.shape), where)
    require(bool((back.abs() <= 1).all()), "finite pictures in [-1, 1]", "others", where)


def _bound(model: Any, batch: Batch, profile: Profile) -> None:
    """Elbo gives a number for each sample."""
    bound, n = model.elbo(batch.samples, seeded(), _given(batch, profile)), len(batch.samples)
    require(bound.shape == (n,), f"shape {(n,)}", tuple(bound.shape), "ganbench.EvidenceBound.elbo")


def _modes(model: Any, batch: Batch, profile: Profile) -> None:
    """Every mode of sampling draws finite samples, and the first is the one in use."""
    given, n = _given(batch, profile), len(batch.samples)
    usual, modes = model.sample(n, seeded(), given), model.modes()
    require(len(modes) >= 1, "one mode or more", len(modes), "ganbench.SamplingModes.modes")
    for mode in reversed(modes):
        model.use(mode)
        last = model.sample(n, seeded(), given)
        require(bool(last.isfinite().all()), f"finite samples in {mode}", "others", "ganbench.SamplingModes.use")
    require(torch.equal(usual, last), "the first mode is the usual one", "other samples", "SamplingModes.modes")


def _given(batch: Batch, profile: Profile) -> torch.Tensor | None:
    return batch.condition if profile.conditional else None


def tuple_text(batch: Batch) -> str:
    """Return the shape that samples should have, in words."""
    return f"shape {tuple(batch.samples.shape)}"


CLAIMS: dict[str, tuple[type[Any], Callable[[Any, Batch, Profile], None]]] = {
    "steps_are_counted": (StepCounter, _steps),
    "likelihoods_are_told": (Likelihood, _likelihood),
    "codes_are_decoded": (LatentDecoder, _decoder),
    "codes_are_varied": (CodeVariation, _variations),
    "samples_are_reconstructed": (Reconstructor, _reconstructor),
    "players_are_copies": (TwoPlayers, _players),
    "samples_are_translated_back": (BackTranslator, _back),
    "likelihoods_are_bounded": (EvidenceBound, _bound),
    "every_mode_of_sampling_draws": (SamplingModes, _modes),
}
