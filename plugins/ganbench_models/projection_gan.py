"""The projection discriminator of Miyato and Koyama (2018), against a generator with a batch norm for each class."""

from functools import partial
from typing import Annotated

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ganbench import Setting, Task, UnfitError
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.hidden import HiddenFeatures, chained
from ganbench_models.class_norm import ClassBatchNorm, LabelledChain, TakesLabels
from ganbench_models.convolutions import Size, halvings, initialised, require_images
from ganbench_models.perceptrons import default_sizes, perceptrons
from ganbench_models.resnet_gan import Up, convolution, discriminator
from ganbench_models.sngan import normalised


class ProjectionGAN(AdversarialModel):
    """A logit is ψ(φ(x)) + v·φ(x), with a vector v of each class: equation 3 of the paper, spectrally normalised.

    Labels reach the generator by the scale and shift of its batch norms alone, the discriminator by v alone.
    Deviations: networks are those of `resnet-gan`, of equal channels in every block and as many blocks as the images'
    size asks for, where the paper's for 128 x 128 have from 64 to 1,024; on points they are perceptrons, the
    discriminator's spectrally normalised. The generator's batch is as large as the discriminator's, where the paper's
    is twice that, and the learning rate stays what it is, where the paper brings it down to nothing at the end.
    """

    def __init__(
        self,
        task: Task,
        latent: Annotated[
            int | None, Setting("dimensions of the noise; 128 for images, the data's own for points", at_least=1)
        ] = None,
        width: Annotated[
            int | None,
            Setting(
                "channels of the discriminator's blocks, 64, half of the generator's; 400 units on points", at_least=1
            ),
        ] = None,
    ) -> None:
        latent, width = default_sizes(task, latent, width, images=(128, 64))
        if task.classes < 1:
            raise UnfitError("projection-gan needs data with classes")
        if task.images:
            require_images(task, "projection-gan")
            generator, trunk = _image_generator(task, latent, 2 * width), discriminator(task, width)
        else:
            generator, (_, trunk) = _point_generator(task, latent, width), perceptrons(task, latent, width)
        judge = normalised(ProjectionJudge(trunk, task.classes))
        super().__init__(task, generator, judge, latent=latent, conditional=True)


class ProjectionJudge(nn.Module, HiddenFeatures):
    """A chain of layers that ends in a linear one, and beside that a product with a vector of each class."""

    def __init__(self, network: nn.Module, classes: int) -> None:
        super().__init__()
        *body, last = chained(network)
        assert isinstance(last, nn.Linear)
        self.body, self.source = nn.Sequential(*body), last
        embedding = nn.Embedding(classes, last.in_features)
        nn.init.xavier_uniform_(embedding.weight)
        self.embedding = spectral_norm(embedding)

    def forward(self, samples: Tensor, labels: Tensor) -> Tensor:
        """Map samples (n, *shape) with labels (n,) int64 to logits (n, 1)."""
        return self.judge(self.hidden(samples), labels)

    def hidden(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return φ (n, d) of samples, whatever their labels."""
        activations: Tensor = self.body(samples)
        return activations

    def judge(self, hidden: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return ψ(φ) + v·φ, (n, 1)."""
        assert condition is not None, "a conditional discriminator is given labels"
        logits: Tensor = self.source(hidden) + (self.embedding(condition) * hidden).sum(dim=1, keepdim=True)
        return logits


class ClassUp(Up, TakesLabels):
    """A residual block that doubles maps, its batch norms scaled and shifted by class."""

    def __init__(self, channels: int, size: Size, classes: int) -> None:
        super().__init__(channels, size, partial(ClassBatchNorm, classes=classes, maps=True))


def _image_generator(task: Task, latent: int, width: int) -> nn.Module:
    sizes = halvings(task.shape[1:])
    height, breadth = sizes[-1]
    return LabelledChain(
        nn.Linear(latent, width * height * breadth),
        nn.Unflatten(1, (width, height, breadth)),
        *(ClassUp(width, size, task.classes) for size in reversed(sizes[:-1])),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        convolution(width, task.shape[0], 3),
        nn.Tanh(),
    )


def _point_generator(task: Task, latent: int, width: int) -> nn.Module:
    layers: list[nn.Module] = []
    for before in (latent, width, width, width):
        layers += [nn.Linear(before, width, bias=False), ClassBatchNorm(width, task.classes, maps=False), nn.ReLU()]
    layers.append(nn.Linear(width, task.dimensions))
    if task.waveforms:
        layers.append(nn.Unflatten(1, task.shape))
    return initialised(LabelledChain(*layers))
