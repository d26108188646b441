"""Whether a model that was trained without one class finds samples of that class strange."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import numpy as np
import torch
from torch import Tensor

import ganbench
from ganbench import Evidence, Setting, UnfitError, WithheldClass

_CHUNK = 500  # samples judged at a time
Judge = Callable[[Tensor], Tensor]


class Anomaly:
    """Fulfils contracts.Metric on data that claim ganbench.WithheldClass, for models that can judge a sample."""

    def __init__(
        self,
        by: Annotated[
            Literal["reconstruction", "likelihood"] | None,
            Setting(
                "what is strange: a sample that is reconstructed badly, or one that is improbable; the former where "
                "the model can tell both"
            ),
        ] = None,
    ) -> None:
        self.by = by

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return anomaly_auroc of the held-out samples."""
        data, labels = evidence.dataset, evidence.real.condition
        if not isinstance(data, WithheldClass) or labels is None:
            raise UnfitError("no class is left out of training; name one, as in digits:without=3")
        if evidence.profile.conditional:
            raise UnfitError("a model that is told the label of each sample knows the class that is left out")
        judge = self._judge(evidence)
        with torch.no_grad():
            strangeness = torch.cat([judge(few).cpu().double() for few in torch.split(evidence.real.samples, _CHUNK)])
        return {"anomaly_auroc": area_under_roc(strangeness.numpy(), (labels == data.withheld).cpu().numpy())}

    def _judge(self, evidence: Evidence) -> Judge:
        """Return what tells how strange samples are; raises UnfitError for a model that can't."""
        model = evidence.model
        generator = torch.Generator(evidence.real.samples.device).manual_seed(evidence.seed)
        if isinstance(model, ganbench.Reconstructor) and self.by != "likelihood":
            return model.anomaly
        if isinstance(model, ganbench.Likelihood) and self.by != "reconstruction":
            return lambda samples: -model.log_prob(samples)
        if isinstance(model, ganbench.EvidenceBound) and self.by != "reconstruction":
            return lambda samples: -model.elbo(samples, generator)
        what = {"reconstruction": "reconstructs samples", "likelihood": "tells likelihoods"}
        wanted = " or ".join([what[self.by]] if self.by else what.values())
        others = {"reconstruction": "autoencoder or vae", "likelihood": "gmm or vae"}
        raise UnfitError(
            f"anomaly needs a model that {wanted}, such as {others.get(self.by or '', 'autoencoder or gmm')}"
        )


def area_under_roc(strangeness: np.ndarray, anomalous: np.ndarray) -> float:
    """Return how often an anomalous sample is stranger than another one, a tie counting half.

    strangeness: (n,) numbers, infinite ones too. anomalous: (n,) bool. Raises UnfitError where one of both kinds is
    missing, and for what is no number.
    """
    from sklearn.metrics import roc_auc_score

    if anomalous.all() or not anomalous.any():
        raise UnfitError(f"of the held-out samples, {anomalous.sum()} of {len(anomalous)} are of the class left out")
    if np.isnan(strangeness).any():
        raise UnfitError("the model gives some samples no number for how strange they are")
    return float(roc_auc_score(anomalous, np.nan_to_num(strangeness)))
