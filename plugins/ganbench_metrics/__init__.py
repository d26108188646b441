"""The metrics that come with ganbench."""

from collections.abc import Iterator
from dataclasses import replace

import ganbench
from ganbench import Column, MetricCard
from ganbench_metrics.conditional import CONDITIONAL
from ganbench_metrics.definitions import DEFINITIONS
from ganbench_metrics.of_models import MODEL_METRICS
from ganbench_metrics.scene_cards import SCENE_METRICS

# what perfect samples score: the mass of a plane Gaussian within three standard deviations, 1 - exp(-4.5)
_PERFECT = "closer to 0.98889"
_HALF = "closer to 0.5"

_METRICS = (
    MetricCard(
        "fid",
        make="ganbench_metrics.fid:FID",
        about="Fréchet Inception distance (Heusel et al. 2017).",
        columns=(Column("fid", "Fréchet distance; 0 for equal laws.", "lower", low=0),),
        features="inception",
        default=True,
        usual=("images",),
    ),
    MetricCard(
        "frechet",
        make="ganbench_metrics.frechet:Frechet",
        about="Fréchet distance between Gaussians fitted to the features of both sides, in any feature space.",
        columns=(Column("frechet_distance", "Squared distance; 0 for equal laws.", "lower", low=0),),
        features="raw",
        usual=("images", "points"),
    ),
    MetricCard(
        "fid-infinity",
        make="ganbench_metrics.fid_infinity:FIDInfinity",
        about="Fréchet distance extrapolated to infinitely many samples (Chong and Forsyth 2020).",
        columns=(Column("fid_infinity", "Without the bias of finite samples.", "lower"),),
        features="inception",
    ),
    MetricCard(
        "kid",
        make="ganbench_metrics.kid:KID",
        about="Kernel Inception distance with its standard error (Bińkowski et al. 2018).",
        columns=(
            Column("kid", "Squared MMD of a cubic kernel, without bias.", "lower"),
            Column("kid_standard_error", "Of kid, by sampling both sides.", "lower", low=0, digits=2),
        ),
        features="inception",
        default=True,
    ),
    MetricCard(
        "inception-score",
        make="ganbench_metrics.inception_score:InceptionScore",
        about="Inception score over splits (Salimans et al. 2016).",
        columns=(
            Column("inception_score", "1 to the number of classes.", "higher", low=1),
            Column("inception_score_deviation", "Among the splits.", "lower", low=0, digits=2),
        ),
        features="inception",
        needs=("logits",),
    ),
    MetricCard(
        "prdc",
        make="ganbench_metrics.prdc:PRDC",
        about="Precision and recall, density and coverage (Kynkäänniemi et al. 2019, Naeem et al. 2020).",
        columns=(
            Column("precision", "Generated samples inside the real balls.", low=0, high=1),
            Column("recall", "Real samples inside the generated balls.", low=0, high=1),
            Column("density", "Real balls around a generated sample, over k; 1 for equal laws.", low=0),
            Column("coverage", "Real balls with a generated sample inside.", low=0, high=1),
        ),
        features="inception",
        default=True,
    ),
    MetricCard(
        "ndb",
        make="ganbench_metrics.different_bins:DifferentBins",
        about="Statistically different bins (Richardson and Weiss 2018).",
        columns=(
            Column("different_bins_share", "Bins whose shares differ; 0.05 for equal laws.", "lower", low=0, high=1),
            Column("bin_divergence", "Jensen-Shannon, between the histograms, in nats.", "lower", low=0, high=0.6932),
        ),
        features="inception",
    ),
    MetricCard(
        "nearest-neighbour",
        make="ganbench_metrics.nearest_neighbour:NearestNeighbour",
        about="Two-sample test by the nearest neighbour left out (Lopez-Paz and Oquab 2017).",
        columns=(
            Column("nearest_neighbour_accuracy", "Samples whose neighbour is of their side.", _HALF, low=0, high=1),
            Column("accuracy_on_real", "Of the real ones alone.", _HALF, low=0, high=1),
            Column("accuracy_on_generated", "Of the generated ones alone.", _HALF, low=0, high=1),
        ),
        features="raw",
    ),
    MetricCard(
        "sliced-wasserstein",
        make="ganbench_metrics.sliced_wasserstein:SlicedWasserstein",
        about="Sliced 2-Wasserstein distance (Rabin et al. 2012).",
        columns=(Column("sliced_wasserstein", "In the units of the features.", "lower", low=0),),
        features="raw",
        usual=("points",),
    ),
    MetricCard(
        "mmd",
        make="ganbench_metrics.mmd:MMD",
        about="Squared MMD of Gaussian kernels about the median distance (Gretton et al. 2012).",
        columns=(Column("mmd", "Without bias; about 0 for equal laws.", "lower", high=2),),
        features="raw",
    ),
    MetricCard(
        "intra-class-fid",
        make="ganbench_metrics.intra_class_fid:IntraClassFID",
        about="Fréchet distance within each class, for conditional models (Miyato and Koyama 2018).",
        columns=(
            Column("intra_class_fid", "Mean over classes of the distance within one.", "lower", low=0),
            Column("worst_class_fid", "The largest distance within a class.", "lower", low=0),
        ),
        features="inception",
        needs=("labels",),
    ),
    MetricCard(
        "modes",
        make="ganbench_metrics.modes:Modes",
        about="Modes captured, share of high-quality samples and reverse KL on mixtures (VEEGAN, PacGAN).",
        columns=(
            Column("modes_captured", "Modes with a high-quality sample nearest to them.", low=0),
            Column("modes_nearest", "Modes with a tenth of their share of samples nearest, of any quality.", low=0),
            Column(
                "high_quality_share",
                "Within three standard deviations of the nearest mean, or as large a part of a mode off the plane.",
                _PERFECT,
                low=0,
                high=1,
            ),
            Column("reverse_kl", "From samples over their nearest modes to the uniform, in nats.", "lower", low=0),
        ),
        needs=("dataset",),
        usual=("points",),
    ),
    MetricCard(
        "spectral",
        make="ganbench_metrics.spectral:Spectral",
        about="Waveforms of tones against their known law: spectra, frequencies, amplitudes, decays and phases.",
        columns=(
            Column("spectral_distance", "Between mean power spectra, in decibels.", "lower", low=0),
            Column("tone_share", "Waveforms that are one tone to within the law's noise.", low=0, high=1),
            Column("frequency_distance", "Kolmogorov-Smirnov, to the law.", "lower", low=0, high=1),
            Column("amplitude_distance", "Kolmogorov-Smirnov, to the law.", "lower", low=0, high=1),
            Column("decay_distance", "Kolmogorov-Smirnov, to the law.", "lower", low=0, high=1),
            Column("phase_distance", "Kolmogorov-Smirnov, to the law.", "lower", low=0, high=1),
        ),
        needs=("dataset",),
    ),
    MetricCard(
        "class-modes",
        make="ganbench_metrics.class_modes:ClassModes",
        about="Classes captured, judged by a classifier, and reverse KL to equal shares (PacGAN).",
        columns=(
            Column("classes_captured", "Classes that a sample is judged to be of.", low=0),
            Column("class_kl", "From judgements over classes to the uniform, in nats.", "lower", low=0),
        ),
        features="mnist-classifier",
        needs=("logits",),
    ),
    MetricCard(
        "classification-accuracy",
        make="ganbench_metrics.classification_accuracy:ClassificationAccuracy",
        about="Accuracy on real samples of a classifier trained on generated ones (Ravuri and Vinyals 2019).",
        columns=(Column("classification_accuracy", "Share of held-out samples judged right.", low=0, high=1),),
        features="raw",
        needs=("labels",),
    ),
    MetricCard(
        "memorisation",
        make="ganbench_metrics.memorisation:Memorisation",
        about="Whether samples lie nearer to the training data than held-out ones do (Meehan et al. 2020).",
        columns=(
            Column("nearer_to_training", "Samples nearer to training than to held-out data.", _HALF, low=0, high=1),
            Column(
                "data_copying", "How often a sample is nearer to training data than a real one.", _HALF, low=0, high=1
            ),
        ),
        features="raw",
        needs=("dataset",),
        usual=("images",),
    ),
    *MODEL_METRICS,
)


@ganbench.hookimpl
def offer_metrics() -> Iterator[MetricCard]:
    """Offer distances between laws, counts of modes, and tests of copying, labels, likelihoods and captions."""
    for card in (*_METRICS, *CONDITIONAL, *SCENE_METRICS):
        yield replace(card, definition=DEFINITIONS[card.name])
