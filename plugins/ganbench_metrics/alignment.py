"""Whether samples show what their captions say, factor by factor, on captions like those of training and beyond."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Evidence, UnfitError, stream
from ganbench_metrics.caption_reading import Reader, described, reader_of

# factors that have a column of their own; others count in the whole
KINDS = ("shape", "colour", "size", "relation", "count", "digit", "thickness", "slant")
_COMPOSED = 1_000  # captions of held-out pairs, at most


class Alignment:
    """Fulfils contracts.Metric on datasets that claim ganbench.SceneDataset or ganbench.DescribedDataset.

    It is scored in features that are log-probabilities of their factors.
    """

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return alignment, its parts by factor, and between which ends it lies on these captions."""
        reader = reader_of(described(evidence, "alignment"))
        assert evidence.fake.condition is not None, "a metric that reads captions says so in its card's needs"
        made, real = (reader.seen(side.vectors) for side in (evidence.fake, evidence.real))
        return columns("alignment", made, real, evidence.fake.condition, reader, evidence.seed)


class Composition:
    """Fulfils contracts.Metric likewise; the model is asked for samples of pairs that no training data have."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return composition, its parts by factor, and between which ends it lies on these captions.

        Raises UnfitError where there is no model to be asked, and nothing held out.
        """
        data, model, embed = described(evidence, "composition"), evidence.model, evidence.embed
        if model is None or embed is None or evidence.profile.condition != data.condition:
            raise UnfitError(
                "composition asks a model for samples of held-out pairs, and there is none that takes captions"
            )
        held_out = data.compositions(min(len(evidence.fake.samples), _COMPOSED))
        if not len(held_out.samples):
            raise UnfitError("these data have no samples of held-out pairs")
        device = evidence.fake.samples.device
        captions = held_out.condition.to(device)
        generator = torch.Generator(device).manual_seed(stream(evidence.seed, "composed"))
        samples = model.sample(len(captions), generator, captions)
        reader = reader_of(data)
        made = reader.seen(embed(samples, keep=False).vectors)
        real = reader.seen(embed(held_out.samples.to(device)).vectors)
        return columns("composition", made, real, captions, reader, evidence.seed)


def columns(name: str, made: Tensor, real: Tensor, captions: Tensor, reader: Reader, seed: int) -> dict[str, float]:
    """Return the shares of what captions (n, length) say that is found in the samples that were made for them.

    name: the share of all; name_shape, …: by factor, none for one that no caption names; name_whole: of captions of
    which everything is found. name_floor: the share of all with captions in random order; name_ceiling: in the real
    samples that they are of.
    """
    own = reader.matched(made, captions)
    order = torch.randperm(len(made), generator=torch.Generator().manual_seed(stream(seed, "floor"))).to(made.device)
    shares = {name: own.all, f"{name}_whole": own.whole, f"{name}_floor": reader.matched(made, captions[order]).all}
    shares[f"{name}_ceiling"] = reader.matched(real, captions).all
    parts = {kind: own.share(kind) for kind in KINDS if kind in own.said}
    return shares | {f"{name}_{kind}": share for kind, share in parts.items() if share is not None}
