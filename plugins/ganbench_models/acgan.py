"""AC-GAN (Odena et al. 2017): the discriminator tells the class of a sample too, and both players mind it."""

from typing import Annotated

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ganbench import Setting, Task, UnfitError
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.judging import AuxiliaryInputs, AuxiliaryTerms
from ganbench_models import convolutions
from ganbench_models.auxiliary import AuxiliaryJudge, last_layer
from ganbench_models.cgan import Labelled
from ganbench_models.perceptrons import Latent, Width, default_sizes, perceptrons


class ACGAN(AdversarialModel, AuxiliaryTerms):
    """An embedded label beside the noise, and a second head of the discriminator that tells classes, not told them.

    Equations 2 and 3 of the paper: the discriminator maximises L_S + L_C, the generator L_C - L_S, where L_S is the
    log-likelihood of the right source, here the loss's, and L_C that of the right class, of real and of generated
    samples, each averaged over the batch. Generated samples have the classes of the real ones of their batch.
    Deviations: the networks are DCGAN's, or perceptrons on points, where the paper has one of four layers and a
    discriminator of six, with dropout of 0.5 and noise on activations; batches are of 128 in place of 100.
    """

    plain = False

    def __init__(
        self,
        task: Task,
        latent: Latent = None,
        width: Width = None,
        norm: convolutions.JudgeNorm = "batch",
        embedding: Annotated[int, Setting("numbers that stand for a label beside the noise", at_least=1)] = 10,
        class_weight: Annotated[float, Setting("of the log-likelihood of the right class, L_C", at_least=0)] = 1.0,
    ) -> None:
        latent, width = default_sizes(task, latent, width, images=(100, 64))
        if task.classes < 1:
            raise UnfitError("acgan needs data with classes")
        if task.images:
            convolutions.require_images(task, "acgan")
            network = convolutions.generator(task, latent + embedding, width)
            trunk = convolutions.discriminator(task, width, norm)
        else:
            network, _ = perceptrons(task, latent, width, joined=embedding)
            _, trunk = perceptrons(task, latent, width)
        classes = convolutions.initialised(nn.Linear(last_layer(trunk).in_features, task.classes))
        self.class_weight, apart = class_weight, not task.images or norm != "batch"
        generator, judge = Labelled(network, task, (embedding,)), AuxiliaryJudge(trunk, classes)
        super().__init__(task, generator, judge, latent=latent, conditional=True, apart=apart)
        self.judge = judge

    def auxiliary_terms(self, inputs: AuxiliaryInputs) -> dict[str, Tensor]:
        """Return -L_C: the cross-entropy of generated samples' classes, plus that of real ones' where they are seen."""
        sides = (inputs.fake,) if inputs.real is None else (inputs.fake, inputs.real)
        unlikely = [cross_entropy(self.judge.answers(side), inputs.condition) for side in sides]
        return {"class_loss": self.class_weight * sum(unlikely[1:], unlikely[0])}
