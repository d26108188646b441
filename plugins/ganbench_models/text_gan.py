"""Text to image by a matching-aware discriminator (Reed et al. 2016, GAN-CLS)."""

from typing import Annotated

import torch
from torch import Tensor, nn

from ganbench import Captions, Setting, Task, UnfitError
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.hidden import HiddenFeatures, chained
from ganbench.torchkit.judging import Judged
from ganbench_models import convolutions
from ganbench_models.text_encoder import TextEncoder


class TextGAN(AdversarialModel):
    """DCGAN's networks; a caption joins the noise, and the discriminator's last maps at each of their places.

    The discriminator sees real pictures with their captions, generated ones with what they were asked for, and real
    ones with the captions of others, each of the two last as half of what is false: log D(x, t) + ½ log(1 - D(x̂, t)) +
    ½ log(1 - D(x, t′)), under any loss. In the paper captions are read by a network that was trained before, of
    characters and fixed; here each player has an encoder of its own, which reads words and is trained with it. There
    is no interpolation between captions (the paper's GAN-INT), and the discriminator's maps are brought to the
    caption's by one convolution of 1 x 1, as there.

    With standard normal noise, as in the paper, beside a caption's numbers of about 1, its pictures of one caption came
    out nearly equal on scenes of shapes; those of `cgan`, which sees no wrong captions, did not. Louder noise, which
    the generator must then learn to listen past, keeps them apart.
    """

    def __init__(
        self,
        task: Task,
        latent: Annotated[int, Setting("dimensions of the noise", at_least=1)] = 100,
        width: Annotated[int, Setting("channels next to the image, doubled with each halving", at_least=1)] = 64,
        embedding: Annotated[int, Setting("numbers that stand for a caption, of each player's own", at_least=1)] = 128,
        noise: Annotated[float, Setting("deviation of the noise beside a caption's numbers of about 1", above=0)] = 1.0,
        norm: convolutions.JudgeNorm = "batch",
        upsampling: convolutions.Upsampling = "transposed",
    ) -> None:
        convolutions.require_images(task, "text-gan")
        if not isinstance(task.condition, Captions):
            raise UnfitError("text-gan needs data with captions, such as shapes")
        painter = convolutions.generator(task, latent + embedding, width, upsampling)
        judge = convolutions.discriminator(task, width, norm)
        self._judge_of_text = TextJudge(judge, task.condition, embedding)
        super().__init__(
            task,
            TextPainter(painter, TextEncoder(task.condition, embedding), noise),
            self._judge_of_text,
            latent=latent,
            conditional=True,
        )

    def _look_at_both(self, real: Tensor, fake: Tensor, condition: Tensor) -> tuple[Judged, Judged]:
        # the maps of real pictures are made once, for either caption
        judge = self._judge_of_text
        maps = judge.body(real)
        right = judge.judge(judge.joined(maps, condition)).float().flatten()
        wrong = judge.judge(judge.joined(maps, condition.roll(1, dims=0))).float().flatten()
        # twice as many of either, so that means over each weigh generated pictures and wrong captions alike
        made = self._judge(fake, condition)
        return Judged(torch.cat([right, right])), Judged(torch.cat([made, wrong]))


class TextPainter(nn.Module):
    """A generator of noise beside an embedded caption."""

    def __init__(self, painter: nn.Module, text: TextEncoder, deviation: float) -> None:
        super().__init__()
        self.text = nn.Sequential(text, nn.LeakyReLU(0.2))
        self.painter, self.deviation = painter, deviation

    def forward(self, noise: Tensor, captions: Tensor) -> Tensor:
        """Map standard normal noise (n, latent) and captions (n, length) to pictures (n, *shape) in [-1, 1]."""
        pictures: Tensor = self.painter(torch.cat([self.deviation * noise, self.text(captions)], dim=1))
        return pictures


class TextJudge(nn.Module, HiddenFeatures):
    """A discriminator whose last maps are joined by an embedded caption at each of their places."""

    def __init__(self, judge: nn.Module, captions: Captions, embedding: int) -> None:
        super().__init__()
        *body, flatten, last = chained(judge)
        self.body = nn.Sequential(*body)
        self.text = nn.Sequential(TextEncoder(captions, embedding), nn.LeakyReLU(0.2))
        normed = [layer for layer in body if isinstance(layer, nn.BatchNorm2d | nn.GroupNorm)]
        channels = next(layer for layer in reversed(body) if isinstance(layer, nn.Conv2d)).out_channels
        joint: list[nn.Module] = [nn.Conv2d(channels + embedding, channels, 1, bias=not normed)]
        if normed:
            batch = isinstance(normed[-1], nn.BatchNorm2d)
            joint.append(nn.BatchNorm2d(channels) if batch else nn.GroupNorm(1, channels))
        self.joint = convolutions.initialised(nn.Sequential(*joint, nn.LeakyReLU(0.2, inplace=True), flatten))
        self.last = last

    def forward(self, pictures: Tensor, captions: Tensor) -> Tensor:
        """Map pictures (n, *shape) and captions (n, length) to logits (n, 1)."""
        return self.judge(self.hidden(pictures, captions))

    def hidden(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return (n, …) activations of pictures with their captions (n, length)."""
        assert condition is not None, "a discriminator of captions is given them"
        return self.joined(self.body(samples), condition)

    def joined(self, maps: Tensor, captions: Tensor) -> Tensor:
        """Return the activations of maps (n, channels, height, width) of pictures with captions (n, length)."""
        text = self.text(captions)[:, :, None, None].expand(-1, -1, *maps.shape[2:])
        activations: Tensor = self.joint(torch.cat([maps, text.to(maps.dtype)], dim=1))
        return activations

    def judge(self, hidden: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the logits (n, 1) of these activations."""
        logits: Tensor = self.last(hidden)
        return logits
