"""The conditional GAN of Mirza and Osindero (2014): labels, or captions, join the input of both players."""

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor, nn

from ganbench import Captions, Labels, Setting, Task, UnfitError
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.hidden import HiddenFeatures, chained
from ganbench_models import convolutions
from ganbench_models.perceptrons import Latent, Width, default_sizes, perceptrons
from ganbench_models.text_encoder import embedding as embedding_of


class CGAN(AdversarialModel):
    """An embedded label beside the noise and beside the sample: on DCGAN's networks, or perceptrons on points.

    A label is one more channel of an image. The paper's networks for digits are perceptrons; on MNIST those gave
    one picture a class with 50 numbers for a label, and hardly minded it with 10, after four passes. A caption is
    embedded by a recurrent network of each player's own.
    """

    def __init__(
        self,
        task: Task,
        latent: Latent = None,
        width: Width = None,
        embedding: Annotated[
            int,
            Setting("numbers for a label or a caption beside noise and points, of each player's own", at_least=1),
        ] = 10,
        norm: convolutions.JudgeNorm = "batch",
        upsampling: convolutions.Upsampling = "transposed",
    ) -> None:
        latent, width = default_sizes(task, latent, width, images=(100, 64))
        if not isinstance(task.condition, Labels | Captions):
            raise UnfitError("cgan needs data with classes or captions")
        generator: nn.Module
        discriminator: nn.Module
        if task.images:
            convolutions.require_images(task, "cgan")
            channels, *size = task.shape
            painter = convolutions.generator(task, latent + embedding, width, upsampling)
            generator = Labelled(painter, task, (embedding,))
            joined = replace(task, shape=(channels + 1, *size))
            discriminator = LabelledJudge(convolutions.discriminator(joined, width, norm), task, (1, *size))
        else:
            plain, judge = perceptrons(task, latent, width, joined=embedding)
            generator, discriminator = Labelled(plain, task, (embedding,)), LabelledJudge(judge, task, (embedding,))
        super().__init__(task, generator, discriminator, latent=latent, conditional=True)


class Labelled(nn.Module):
    """A network with an embedded label joined to its input, along the first dimension of a sample."""

    def __init__(self, network: nn.Module, task: Task, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.network, self.shape = network, shape
        self.embedding = embedding_of(task, torch.Size(shape).numel())

    def forward(self, values: Tensor, condition: Tensor) -> Tensor:
        """Map values (n, …) and labels (n,) or captions (n, length) to what the network makes of both."""
        mapped: Tensor = self.network(self.joined(values, condition))
        return mapped

    def joined(self, values: Tensor, condition: Tensor) -> Tensor:
        """Return values with the embeddings of their labels or captions, what the network is given."""
        embedded = self.embedding(condition).reshape(len(values), *self.shape)
        flat = values.flatten(1) if len(self.shape) == 1 else values
        return torch.cat([flat, embedded], dim=1)


class LabelledJudge(Labelled, HiddenFeatures):
    """A discriminator of this kind, which shows what its last layer is given."""

    def hidden(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return (n, …) activations of samples with their labels (n,) or captions (n, length)."""
        assert condition is not None, "a conditional discriminator is given labels or captions"
        activations: Tensor = nn.Sequential(*chained(self.network)[:-1])(self.joined(samples, condition))
        return activations

    def judge(self, hidden: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the logits (n, 1) of these activations."""
        logits: Tensor = chained(self.network)[-1](hidden)
        return logits
