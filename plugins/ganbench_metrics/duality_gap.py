"""How far two players are from an equilibrium: what better opponents of either would win."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganbench import Evidence, Players, Setting, TwoPlayers, UnfitError, stream


class DualityGap:
    """Fulfils contracts.Metric for models that claim ganbench.TwoPlayers (Grnarova et al. 2019, algorithm 1).

    The value that is played for is V(G, D) = E log D(x) + E log(1 - D(G(z))), in nats: -log 4 where neither can tell
    anything. From the two players as they are, a discriminator goes on alone against the generator, and a generator
    alone against the discriminator, on training data; the gap is the difference of the two values on held-out data.
    """

    def __init__(
        self,
        updates: Annotated[int, Setting("updates that each better opponent is trained for", at_least=1)] = 100,
        learning_rate: Annotated[
            float | None, Setting("Adam's, for the opponents; that of the model's own recipe if left out", at_least=0)
        ] = None,
    ) -> None:
        self.updates, self.learning_rate = updates, learning_rate

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return the gap: 0 at an equilibrium, and below 0 only by the noise of finite data and training."""
        model = evidence.model
        assert isinstance(model, TwoPlayers), "a metric of players says so in its card's needs"
        with torch.enable_grad():
            judged, made = model.players(), model.players()
            self._train(judged, judged.discriminator, _discriminates, evidence)
            self._train(made, made.generator, _deceives, evidence)
        gap = _value(judged, evidence) - _value(made, evidence)
        if gap != gap or abs(gap) == float("inf"):
            raise UnfitError("the players' values are not finite")
        return {"duality_gap": gap}

    def _train(
        self, players: Players, player: nn.Module, loss: "Callable[[Players, Tensor, Tensor, Tensor], Tensor]",
        evidence: Evidence,
    ) -> None:  # fmt: skip
        """Train one of the two, the other standing still."""
        other = players.generator if player is players.discriminator else players.discriminator
        other.requires_grad_(False)
        rate = players.learning_rate if self.learning_rate is None else self.learning_rate
        optimizer = torch.optim.Adam(player.parameters(), lr=rate, betas=(0.5, 0.999))
        assert evidence.dataset is not None, "a metric that trains says in its card that it needs the dataset"
        codes = _codes(players, evidence, "duality-gap")
        batches = evidence.dataset.batches("train", players.batch, stream(evidence.seed, "duality-gap"))
        for samples, condition in islice(batches, self.updates):
            optimizer.zero_grad()
            loss(players, codes(len(samples)), samples, condition).backward()  # type: ignore[no-untyped-call]
            optimizer.step()


def _codes(players: Players, evidence: Evidence, name: str) -> Callable[[int], Tensor]:
    device = evidence.real.samples.device
    generator = torch.Generator(device).manual_seed(stream(evidence.seed, name))
    return lambda n: torch.randn(n, players.latent, generator=generator, device=device)


def _discriminates(players: Players, codes: Tensor, samples: Tensor, condition: Tensor) -> Tensor:
    """Return minus the value, which a discriminator makes small."""
    with torch.no_grad():
        fake = players.generate(codes, condition)
    return softplus(-players.judge(samples, condition)).mean() + softplus(players.judge(fake, condition)).mean()


def _deceives(players: Players, codes: Tensor, samples: Tensor, condition: Tensor) -> Tensor:  # noqa: ARG001
    """Return -E log D(G(z)), which has the least of E log(1 - D(G(z))) and a slope where that one has none."""
    return softplus(-players.judge(players.generate(codes, condition), condition)).mean()


@torch.no_grad()
def _value(players: Players, evidence: Evidence) -> float:
    """Return V on the held-out samples, batch by batch as in training, added in float64."""
    real = evidence.real
    condition = real.condition if real.condition is not None else real.samples.new_zeros(len(real.samples)).long()
    codes, total, size = _codes(players, evidence, "duality-gap-value"), 0.0, min(players.batch, len(real.samples))
    whole = len(real.samples) // size * size  # batch norm sees batches of one size alone
    for samples, asked in zip(
        torch.split(real.samples[:whole], size), torch.split(condition[:whole], size), strict=True
    ):
        fake = players.generate(codes(len(samples)), asked)
        value = -softplus(-players.judge(samples, asked)) - softplus(players.judge(fake, asked))
        total += float(value.double().sum())
    return total / whole
