"""Convolutional pairs of networks after Radford et al. (2016), their depth taken from the images' size."""

from typing import Annotated, Literal

from torch import Tensor, nn

from ganbench import Setting, Task, UnfitError

Size = tuple[int, ...]
Norm = Literal["batch", "layer", "none"]
JudgeNorm = Annotated[Norm, Setting("of the discriminator of images; layer or none for losses that penalise gradients")]
Upsampling = Annotated[
    Literal["transposed", "nearest"],
    Setting("of the generator of images: strided transposed convolutions, or nearest neighbours and convolutions"),
]
_SMALLEST = 8


def require_images(task: Task, model: str) -> None:
    """Raise UnfitError unless the task's samples are images of eight pixels a side or more."""
    if not task.images:
        raise UnfitError(f"{model} makes images; this data has shape {task.shape}")
    if min(task.shape[1:]) < _SMALLEST:
        raise UnfitError(f"{model} makes images of {_SMALLEST} pixels a side or more, not {task.shape[1:]}")


def halvings(size: Size) -> list[Size]:
    """Return the sizes from the image's down to the smallest map's, each half of the one before, rounded up.

    Images are halved at least twice and to seven pixels or fewer: 28 → 14 → 7, 32 → 16 → 8 → 4.
    """
    sizes = [size]
    while max(sizes[-1]) > 7 or len(sizes) < 3:
        sizes.append(tuple(-(-side // 2) for side in sizes[-1]))
    return sizes


def generator(task: Task, latent: int, width: int, upsampling: Upsampling = "transposed") -> nn.Module:
    """Return convolutions from noise (n, latent) to images, batch norm but at the image.

    width: channels next to the image, doubled with each halving. upsampling: transposed as published, of 4 x 4 and a
    stride of 2, the last one to the image; or nearest, where each doubling is of nearest neighbours with a convolution
    of 3 x 3 after it (StackGAN, Zhang et al. 2017), and one more leads to the image. At the same width the latter is
    a layer deeper, twice as wide, and takes 12 times the operations.
    """
    # noise to the smallest map
    sizes = halvings(task.shape[1:])
    nearest = upsampling == "nearest"
    deepest = width * 2 ** (len(sizes) - (1 if nearest else 2))
    height, breadth = sizes[-1]
    layers: list[nn.Module] = [
        nn.Linear(latent, deepest * height * breadth, bias=False),
        nn.Unflatten(1, (deepest, height, breadth)),
        nn.BatchNorm2d(deepest),
        nn.ReLU(inplace=True),
    ]

    # doubling up to the image; an odd size loses the row too many
    up = list(reversed(sizes[:-1]))
    for step, size in enumerate(up):
        before = deepest // 2**step
        last = step == len(up) - 1 and not nearest
        after = task.shape[0] if last else before // 2
        layers += _doubling(before, after, upsampling, bias=last)
        if any(side % 2 for side in size):
            layers.append(Crop(size))
        layers += [nn.Tanh()] if last else [nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
    if nearest:
        layers += [nn.Conv2d(width, task.shape[0], 3, padding=1), nn.Tanh()]
    return initialised(nn.Sequential(*layers))


def _doubling(before: int, after: int, upsampling: Upsampling, *, bias: bool) -> list[nn.Module]:
    if upsampling == "nearest":
        return [nn.Upsample(scale_factor=2), nn.Conv2d(before, after, 3, padding=1, bias=bias)]
    return [nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=bias)]


def discriminator(task: Task, width: int, norm: Norm = "batch", outputs: int = 1) -> nn.Module:
    """Return strided convolutions from images to logits (n, outputs), LeakyReLU 0.2, normalised but at the image.

    norm: batch as published; layer, which normalises each sample by itself (Ba et al. 2016); or none.
    """
    sizes = halvings(task.shape[1:])
    layers: list[nn.Module] = []
    for step, size in enumerate(sizes[:-1]):
        before, after = task.shape[0] if step == 0 else width * 2 ** (step - 1), width * 2**step
        if any(side % 2 for side in size):
            layers.append(nn.ZeroPad2d((0, size[1] % 2, 0, size[0] % 2)))
        normed = step > 0 and norm != "none"
        layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1, bias=not normed))
        if normed:
            layers.append(nn.BatchNorm2d(after) if norm == "batch" else nn.GroupNorm(1, after))
        layers.append(nn.LeakyReLU(0.2, inplace=True))
    height, breadth = sizes[-1]
    layers += [nn.Flatten(), nn.Linear(width * 2 ** (len(sizes) - 2) * height * breadth, outputs)]
    return initialised(nn.Sequential(*layers))


def initialised(network: nn.Module) -> nn.Module:
    """Draw weights from N(0, 0.02), and batch norm's scales from N(1, 0.02), as DCGAN's code does."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, mean=1.0, std=0.02)
    return network


class Crop(nn.Module):
    """Keeps the first rows and columns."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.height, self.width = size

    def forward(self, images: Tensor) -> Tensor:
        """Map (n, channels, …) to (n, channels, height, width)."""
        return images[:, :, : self.height, : self.width]
