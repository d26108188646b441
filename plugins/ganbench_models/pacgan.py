"""PacGAN of Lin et al. (2018): the discriminator judges several samples at once, so that sameness shows."""

from collections.abc import Callable
from dataclasses import replace

from torch import Tensor

from ganbench.choice import Value
from ganbench.contracts import Task
from ganbench.errors import BadOptionError
from ganbench.plugins import discover
from ganbench.torchkit.adversarial import AdversarialModel


class PacGAN(AdversarialModel):
    """The generator of another model against its discriminator, widened to packs of samples.

    A pack joins images along their channels and points along their coordinates. The recipe's batch counts
    packs: an update sees packing x batch samples, and they all count in a budget of images.

    packing: samples in a pack; the paper has 2 to 4. base: any unconditional adversarial model on offer;
    dcgan for images and vanilla for points unless given. Further parameters are the base's own.
    """

    def __init__(self, task: Task, packing: int = 2, base: str | None = None, **parameters: Value) -> None:
        if packing < 1:
            raise BadOptionError(f"pacgan takes packing of 1 or more, not {packing}")
        name = base or ("dcgan" if task.images else "vanilla")
        make = discover().get("models", name).load()
        if not (isinstance(make, type) and issubclass(make, AdversarialModel)) or make is PacGAN:
            raise BadOptionError(f"pacgan packs adversarial models, such as vanilla and dcgan, not {name!r}")

        # the generator makes samples one by one; the discriminator is built for data of a pack's shape
        packed = (packing * task.shape[0], *task.shape[1:])
        build: Callable[..., AdversarialModel] = make
        single, joint = (build(replace(task, shape=shape), **parameters) for shape in (task.shape, packed))
        if single.conditional:
            raise BadOptionError(f"pacgan packs models without labels, not {name!r}")
        self.packing = packing
        super().__init__(task, single.generator, joint.discriminator, latent=single.latent)
        self.batch = packing * self.recipe.batch

    def pack(self, samples: Tensor) -> Tensor:
        """Join (n, *shape) samples into (n / packing, packing x channels, …); those left over are dropped."""
        whole = len(samples) // self.packing * self.packing
        return samples[:whole].reshape(-1, self.packing * samples.shape[1], *samples.shape[2:])
