"""A discriminator that is asked a second question about the same activations."""

from torch import Tensor, nn

from ganbench.torchkit.hidden import HiddenFeatures, chained


class AuxiliaryJudge(nn.Module, HiddenFeatures):
    """A chain of layers whose last hidden activations lead to a logit, and by another network to answers.

    It is told no condition, for it is asked about it. network: layers that end in a linear one.
    """

    def __init__(self, network: nn.Module, answering: nn.Module) -> None:
        super().__init__()
        *body, last = chained(network)
        self.body, self.source, self.answering = nn.Sequential(*body), last, answering

    def forward(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Map samples (n, *shape) to logits (n, 1)."""
        return self.judge(self.hidden(samples))

    def hidden(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return (n, d) activations of samples."""
        activations: Tensor = self.body(samples)
        return activations

    def judge(self, hidden: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the logits (n, 1) of these activations."""
        logits: Tensor = self.source(hidden)
        return logits

    def answers(self, hidden: Tensor) -> Tensor:
        """Return what the second network makes of activations (n, d)."""
        answers: Tensor = self.answering(hidden)
        return answers


def last_layer(network: nn.Module) -> nn.Linear:
    """Return the linear layer that a chain ends in."""
    last = chained(network)[-1]
    assert isinstance(last, nn.Linear)
    return last
