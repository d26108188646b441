"""Whether pictures show what their captions say, factor by factor, on captions like those of training and beyond."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Evidence, Meaning, SceneLaw, UnfitError, stream
from ganbench_metrics.scene_reading import matched, recognised, scenes_of

KINDS = ("shape", "colour", "size", "relation", "count")
_COMPOSED = 1_000  # captions of held-out pairs, at most


class Alignment:
    """Fulfils contracts.Metric on datasets that claim ganbench.SceneDataset, in the features of their factors."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return alignment, its parts by factor, and between which ends it lies on these captions."""
        data = scenes_of(evidence, "alignment")
        assert evidence.fake.condition is not None, "a metric that reads captions says so in its card's needs"
        meaning = data.meaning(evidence.fake.condition)
        made, real = (recognised(side.vectors, data.law) for side in (evidence.fake, evidence.real))
        return columns("alignment", made, real, meaning, data.law, evidence.seed)


class Composition:
    """Fulfils contracts.Metric likewise; the model is asked for scenes of pairs that no training data have."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return composition, its parts by factor, and between which ends it lies on these captions.

        Raises UnfitError where there is no model to be asked.
        """
        data, model, embed = scenes_of(evidence, "composition"), evidence.model, evidence.embed
        if model is None or embed is None or evidence.profile.condition != data.condition:
            raise UnfitError(
                "composition asks a model for scenes of held-out pairs, and there is none that takes captions"
            )
        scenes = data.compositions(min(len(evidence.fake.samples), _COMPOSED))
        device = evidence.fake.samples.device
        captions = scenes.condition.to(device)
        generator = torch.Generator(device).manual_seed(stream(evidence.seed, "composed"))
        samples = model.sample(len(captions), generator, captions)
        made = recognised(embed(samples, keep=False).vectors, data.law)
        real = recognised(embed(scenes.samples.to(device)).vectors, data.law)
        return columns("composition", made, real, data.meaning(captions), data.law, evidence.seed)


def columns(name: str, made: Tensor, real: Tensor, meaning: Meaning, law: SceneLaw, seed: int) -> dict[str, float]:
    """Return the shares of what captions say that is found in their scenes (n, places, 3).

    name: the share of all; name_shape, …: by factor, none for one that no caption names; name_whole: of captions of
    which everything is found. name_floor: the share of all with captions in random order; name_ceiling: in the real
    scenes that they were made for.
    """
    own = matched(made, meaning, law)
    order = torch.randperm(len(made), generator=torch.Generator().manual_seed(stream(seed, "floor"))).to(made.device)
    others = matched(made, Meaning(meaning.objects[order], meaning.relations[order]), law)
    shares = {name: own.all, f"{name}_whole": own.whole, f"{name}_floor": others.all}
    shares[f"{name}_ceiling"] = matched(real, meaning, law).all
    return shares | {f"{name}_{kind}": share for kind in KINDS if (share := own.share(kind)) is not None}
