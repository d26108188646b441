"""Pixel shuffle: every pixel is right on its own, and no two belong together. A floor for image models."""

import torch

import ganbench


@ganbench.hookimpl
def offer_models():
    """Offer one model, made from a task and its parameters."""
    yield ganbench.ModelCard("pixel-shuffle", make=PixelShuffle, about="Each pixel from another training image.")


class PixelShuffle:
    """Keeps the first `keep` training images, and draws each pixel from one of them at random."""

    def __init__(self, task, keep=1_000):
        if not task.images:
            raise ganbench.UnfitError(f"pixel-shuffle shuffles pixels; this data has shape {task.shape}")
        self.shape, self.keep = task.shape, keep
        self.images = torch.empty(0, *task.shape, device=task.device)

    def fit(self, batches):
        """Gather images until there are enough, or until the budget ends the batches."""
        for batch in batches:
            self.images = torch.cat([self.images, batch.samples])[: self.keep]
            yield {"pixel_std": self.images.std()}
            if len(self.images) == self.keep:
                return

    def sample(self, n, generator, condition=None):
        """Draw (n, *shape), with no randomness but the generator's."""
        pixels = self.images.flatten(1)
        chosen = torch.randint(len(pixels), (n, pixels.shape[1]), generator=generator, device=generator.device)
        return pixels.gather(0, chosen).reshape(n, *self.shape)

    def state_dict(self):
        """Return what sampling needs."""
        return {"images": self.images}

    def load_state_dict(self, state):
        """Take it back."""
        self.images = state["images"]
