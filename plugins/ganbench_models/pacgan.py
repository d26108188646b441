"""PacGAN of Lin et al. (2018): the discriminator judges several samples at once, so that sameness shows."""

from dataclasses import replace
from typing import Annotated

from torch import Tensor

from ganbench import BadOptionError, ModelMaker, Setting, Task, Wraps
from ganbench.torchkit.adversarial import AdversarialModel


class PacGAN(AdversarialModel):
    """The generator of another model against its discriminator, widened to packs of samples.

    A pack joins images along their channels and points along their coordinates. The recipe's batch counts
    packs: an update sees packing x batch samples, and they all count in a budget of images.
    """

    plain = False

    def __init__(
        self,
        task: Task,
        base: Annotated[
            ModelMaker,
            Wraps(
                "the model whose networks are packed; its parameters are taken too",
                images="dcgan",
                points="vanilla",
            ),
        ],
        packing: Annotated[int, Setting("samples in a pack; the paper has 2 to 4", at_least=1)] = 2,
    ) -> None:
        # the generator makes samples one by one; the discriminator is built for data of a pack's shape
        packed = replace(task, shape=(packing * task.shape[0], *task.shape[1:]))
        single, joint = _unconditional(base, task), _unconditional(base, packed)
        self.packing = packing
        super().__init__(task, single.generator, joint.discriminator, latent=single.latent, apart=joint.apart)
        self.batch = packing * self.recipe.batch

    def pack(self, samples: Tensor) -> Tensor:
        """Join (n, *shape) samples into (n / packing, packing x channels, …); those left over are dropped."""
        whole = len(samples) // self.packing * self.packing
        return samples[:whole].reshape(-1, self.packing * samples.shape[1], *samples.shape[2:])


def _unconditional(base: ModelMaker, task: Task) -> AdversarialModel:
    """Build the base for a task; raises BadOptionError if it is not adversarial, or takes labels."""
    model = base(task)
    if not isinstance(model, AdversarialModel) or not model.plain:
        raise BadOptionError(f"pacgan packs plain adversarial models, such as vanilla and dcgan, not {base.name!r}")
    if model.conditional:
        raise BadOptionError(f"pacgan packs models without labels, not {base.name!r}")
    return model
