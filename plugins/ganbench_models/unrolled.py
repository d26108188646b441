"""The unrolled GAN of Metz et al. (2017): the generator looks ahead at what the discriminator will answer."""

from collections.abc import Collection
from typing import Annotated, Any

import torch
from torch import Tensor
from torch.func import functional_call

from ganbench import BadOptionError, Batch, ModelMaker, Scheduled, Setting, Task, UnfitError, Wraps
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.precision import autocast
from ganbench_models.look_ahead import LookAhead

Weights = dict[str, Tensor]


class Unrolled(AdversarialModel):
    """The generator's loss is taken against a discriminator some of its own steps ahead, on the generator's batch.

    The gradient goes through those steps, second order and all (equations 8 to 11); the discriminator then moves once,
    from where it was. The steps ahead are those of its optimizer, from its present moments, as the authors' code takes
    them, where the paper writes gradient descent. None of them is the plain GAN, to the bit. The recipe is that code's
    for mixtures, with batches of 128 in place of 512; the networks are another model's, where the paper has networks of
    its own for each experiment: two layers of 128 for mixtures, a recurrent generator for digits.
    An update costs two to three times as much for every step.
    """

    plain = False

    def __init__(
        self,
        task: Task,
        base: Annotated[
            ModelMaker,
            Wraps(
                "the model whose networks are trained; its parameters are taken too", images="dcgan", points="vanilla"
            ),
        ],
        unrolled: Annotated[int, Setting("steps of the discriminator that the generator looks ahead", at_least=0)] = 5,
    ) -> None:
        built = base(task)
        if not isinstance(built, AdversarialModel) or not built.plain:
            raise BadOptionError(
                f"unrolled trains networks of plain adversarial models, such as vanilla and dcgan, not of {base.name!r}"
            )
        if unrolled and built.recipe.clip is not None:
            raise UnfitError("unrolled takes steps with a gradient, and clipped weights have none; leave clip out")
        self.unrolled = unrolled
        super().__init__(
            task,
            built.generator,
            built.discriminator,
            latent=built.latent,
            conditional=built.conditional,
            apart=built.apart,
        )

    def gives(self) -> Collection[type[Any]]:
        """Return what the steps ahead allow a loss to ask for: with any of them, to be told of the budget alone."""
        return [Scheduled] if self.unrolled else super().gives()

    def generator_terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the generator's loss against the discriminator that some steps on this batch would lead to."""
        if not self.unrolled:
            return super().generator_terms(batch)
        samples, labels = batch
        with autocast(self.task):
            fake = self._shown(self._noise(len(labels)), labels)
        weights = {name: weight.detach() for name, weight in self.discriminator.named_parameters()}
        ahead = LookAhead(self._discriminator_optimizer, self.recipe, self._discriminator_weights)
        for _ in range(self.unrolled):
            weights = {name: weight.requires_grad_() for name, weight in weights.items()}
            loss = self._discriminator_loss(weights, samples, fake, labels)
            slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=True, allow_unused=True)
            weights = dict(zip(weights, ahead.step(list(weights.values()), slopes), strict=True))
        with autocast(self.task):
            real, judged = (self._judged(weights, shown, labels) for shown in (samples, fake))
        return {"generator_loss": self.loss.generator(real.detach(), judged)}

    def _discriminator_loss(self, weights: Weights, real: Tensor, fake: Tensor, labels: Tensor) -> Tensor:
        # what the discriminator minimises; a penalty is on samples without gradient, as losses take them
        with autocast(self.task):
            judged = [self._judged(weights, shown, labels) for shown in (real, fake)]
        loss = self.loss.discriminator(*judged)
        if not self._penalised:
            return loss
        flat = fake.detach().float()
        penalty = self.loss.penalty(lambda shown: self._judged(weights, shown, labels), real, flat, self._random)
        return loss if penalty is None else loss + self.recipe.penalty_weight * penalty

    def _judged(self, weights: Weights, samples: Tensor, labels: Tensor) -> Tensor:
        inputs = (samples, labels) if self.conditional else (samples,)
        logits: Tensor = functional_call(self.discriminator, weights, inputs)
        return logits.float().reshape(len(samples))
