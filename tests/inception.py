"""A small network with random weights, saved in the format of Inception's published file."""

import warnings

import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample, linear, softmax


class Published(nn.Module):
    """The published file's shape: layers up to the pooled features, an output, and a resizing of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 32, 7, stride=4), nn.ReLU(), nn.Conv2d(32, 64, 5, stride=4), nn.ReLU(),
            nn.Conv2d(64, 2048, 1), nn.AdaptiveAvgPool2d(1),
        )  # fmt: skip
        self.output = nn.Linear(2048, 1008)

    def forward(self, img: Tensor, return_features: bool = False, no_output_bias: bool = False) -> Tensor:
        theta = torch.eye(2, 3).unsqueeze(0).repeat(img.shape[0], 1, 1)
        theta[:, 0, 2] += 1.0 / img.shape[3] - 1.0 / 299
        theta[:, 1, 2] += 1.0 / img.shape[2] - 1.0 / 299
        grid = affine_grid(theta, [img.shape[0], img.shape[1], 299, 299], align_corners=False)
        enlarged = grid_sample(img.float(), grid, mode="bilinear", padding_mode="border", align_corners=False)
        features = self.layers((enlarged - 127.5) / 127.5).view(-1, 2048)
        if return_features:
            return features
        logits = linear(features, self.output.weight) if no_output_bias else self.output(features)
        return softmax(logits, dim=1)


def save_random(path, seed=0):
    """Write a network with random weights whose features neither vanish nor explode."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Published().eval()
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(network).save(str(path))
