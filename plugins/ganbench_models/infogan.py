"""InfoGAN (Chen et al. 2016): some of the noise is to be told from the samples, and comes to mean something."""

import math
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gaussian_nll_loss, one_hot

from ganbench import CodeVariation, Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.judging import AuxiliaryInputs, AuxiliaryTerms
from ganbench_models import convolutions
from ganbench_models.auxiliary import AuxiliaryJudge, last_layer
from ganbench_models.perceptrons import Width, default_sizes, perceptrons

_SHOWN = 0.95  # of the range of a continuous code, in pictures


class InfoGAN(AdversarialModel, AuxiliaryTerms, CodeVariation):
    """Noise, one categorical and some continuous codes; a second head of the discriminator tells the codes.

    Equation 5 of the paper: both players minimise the loss minus λ E log Q(c|G(z, c)), which bounds the mutual
    information of codes and samples from below but for the codes' entropy. Q is a categorical law and normal ones of
    deviation 1, as in the authors' code for digits; it takes no labels. The recipe and the sizes of noise and codes are
    the paper's for MNIST. Codes are made of standard normal numbers, as all latents here: the category is the number of
    the largest of them, a continuous code 2 Φ(x) - 1, uniform in (-1, 1).
    Deviations: the networks are DCGAN's, or perceptrons on points; Q has one hidden layer of 128 units on the last
    activations, as published, without its batch norm; batches are of 128.
    """

    plain = False

    def __init__(
        self,
        task: Task,
        latent: Annotated[
            int | None,
            Setting("dimensions of the noise beside the codes; 62 for images, the data's own for points", at_least=1),
        ] = None,
        width: Width = None,
        norm: convolutions.JudgeNorm = "batch",
        categories: Annotated[int, Setting("of the categorical code", at_least=2)] = 10,
        continuous: Annotated[int, Setting("continuous codes", at_least=0)] = 2,
        information: Annotated[float, Setting("λ of the categorical code", at_least=0)] = 1.0,
        continuous_information: Annotated[float, Setting("λ of the continuous codes", at_least=0)] = 1.0,
    ) -> None:
        latent, width = default_sizes(task, latent, width, images=(62, 64))
        inputs = latent + categories + continuous
        if task.images:
            convolutions.require_images(task, "infogan")
            network, trunk = convolutions.generator(task, inputs, width), convolutions.discriminator(task, width, norm)
        else:
            network, trunk = perceptrons(task, inputs, width)
        told = nn.Sequential(
            nn.Linear(last_layer(trunk).in_features, 128), nn.LeakyReLU(0.2), nn.Linear(128, categories + continuous)
        )
        self.coded, judge = (
            Coded(network, categories, continuous),
            AuxiliaryJudge(trunk, convolutions.initialised(told)),
        )
        self.judge, self.weights = judge, (information, continuous_information)
        super().__init__(task, self.coded, judge, latent=inputs, apart=not task.images or norm != "batch")

    def auxiliary_terms(self, inputs: AuxiliaryInputs) -> dict[str, Tensor]:
        """Return -λ E log Q of the codes that the generated samples were made of, in nats."""
        category, continuous = self.coded.codes(inputs.noise)
        told = self.judge.answers(inputs.fake)
        answers, means = told[:, : self.coded.categories], told[:, self.coded.categories :]
        terms = {"category_loss": self.weights[0] * cross_entropy(answers, category)}
        if self.coded.continuous:
            nats = gaussian_nll_loss(means, continuous, torch.ones_like(means), full=True, reduction="sum")
            terms["continuous_loss"] = self.weights[1] * nats / len(means)
        return terms

    def variations(self, codes: Tensor, steps: int) -> Tensor:
        """Return rows (n, steps, latent): the first vary the category from 0 on, then come the continuous codes."""
        rows, parts = codes[:, None].repeat(1, steps, 1), 1 + self.coded.continuous
        first = self.latent - self.coded.categories - self.coded.continuous
        categories = one_hot(torch.arange(steps, device=codes.device) % self.coded.categories, self.coded.categories)
        shares = torch.linspace(-_SHOWN, _SHOWN, steps, device=codes.device)
        for number, row in enumerate(rows):
            part = number * parts // len(rows)
            if part == 0:
                row[:, first : first + self.coded.categories] = categories.float()
            else:
                row[:, first + self.coded.categories + part - 1] = math.sqrt(2) * shares.erfinv()
        return rows


class Coded(nn.Module):
    """A network of noise, a category as one of several numbers that is 1, and continuous codes."""

    def __init__(self, network: nn.Module, categories: int, continuous: int) -> None:
        super().__init__()
        self.network, self.categories, self.continuous = network, categories, continuous

    def forward(self, latents: Tensor) -> Tensor:
        """Map standard normal numbers (n, noise + categories + continuous) to what the network makes of the codes."""
        category, continuous = self.codes(latents)
        noise = latents[:, : latents.shape[1] - self.categories - self.continuous]
        made: Tensor = self.network(torch.cat([noise, one_hot(category, self.categories), continuous], dim=1))
        return made

    def codes(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Return the categories (n,) int64, all as probable, and the continuous codes (n, …) uniform in (-1, 1)."""
        first = latents.shape[1] - self.categories - self.continuous
        category, continuous = latents[:, first : first + self.categories], latents[:, first + self.categories :]
        return category.argmax(dim=1), (continuous / math.sqrt(2)).erf()
