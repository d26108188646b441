"""Cards of the metrics that ask a model more than samples: likelihoods, reconstructions, its players."""

from ganbench import Column, MetricCard

_PSNR = 58.923  # of pictures that differ by the rounding to bytes

MODEL_METRICS = (
    MetricCard(
        "likelihood",
        make="ganbench_metrics.likelihood:Likelihood",
        about="Log-likelihood of held-out samples, in nats and in bits per dimension.",
        columns=(
            Column("log_likelihood", "Nats a sample; of 256 levels where the data are images.", "higher"),
            Column("bits_per_dimension", "The same as bits a dimension.", "lower"),
        ),
        needs=("log_prob",),
    ),
    MetricCard(
        "duality-gap",
        make="ganbench_metrics.duality_gap:DualityGap",
        about="What better opponents of generator and discriminator would win, in nats (Grnarova et al. 2019).",
        columns=(Column("duality_gap", "Difference of the two worst values; 0 at an equilibrium.", "lower"),),
        needs=("dataset", "players"),
    ),
    MetricCard(
        "reconstruction",
        make="ganbench_metrics.reconstruction:Reconstruction",
        about="Held-out images through a model's code and back: squared error, PSNR and SSIM.",
        columns=(
            Column("reconstruction_error", "Mean squared error of levels in [-1, 1].", "lower", low=0, high=4),
            Column("reconstruction_psnr", "Peak signal-to-noise ratio, in decibels.", low=0, high=_PSNR),
            Column("reconstruction_ssim", "Structural similarity (Wang et al. 2004).", low=-1, high=1),
        ),
        needs=("reconstruct",),
    ),
    MetricCard(
        "denoising",
        make="ganbench_metrics.denoising:Denoising",
        about="Held-out images under noise of three strengths, and how near a model's reconstruction is to the images.",
        columns=tuple(
            column
            for percent in (10, 25, 50)
            for column in (
                Column(f"denoised_psnr_{percent}", f"In decibels, from noise of {percent} %.", low=0, high=_PSNR),
                Column(f"denoised_ssim_{percent}", f"From noise of {percent} % of the range.", low=-1, high=1),
            )
        ),
        needs=("reconstruct",),
    ),
    MetricCard(
        "colouring",
        make="ganbench_metrics.colouring:Colouring",
        about="Held-out images shown in grey, and how far in L*a*b* the colours are that a model gives them.",
        columns=(Column("colour_error", "Mean CIE 1976 distance of a pixel, at its own lightness.", "lower", low=0),),
        needs=("reconstruct",),
    ),
    MetricCard(
        "anomaly",
        make="ganbench_metrics.anomaly:Anomaly",
        about="Whether samples of a class that was left out of training are stranger to a model than others.",
        columns=(Column("anomaly_auroc", "Area under the ROC; 0.5 for a guess.", low=0, high=1),),
        needs=("dataset",),
    ),
)
