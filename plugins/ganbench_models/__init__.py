"""The models that come with ganbench."""

from collections.abc import Iterator

import ganbench

# name, where it is in this package, about, and the loss it trains with
_ADVERSARIAL = (
    (
        "vanilla",
        "vanilla:Vanilla",
        "Fully connected GAN (Goodfellow et al. 2014); on points, the networks of VEEGAN and PacGAN.",
        "non-saturating",
    ),
    (
        "mlp-gan",
        "mlp_gan:MLPGAN",
        "Small plain GAN: two hidden layers on both sides, no normalisation.",
        "non-saturating",
    ),
    (
        "dcgan",
        "dcgan:DCGAN",
        "Deep convolutional GAN (Radford et al. 2016), for images of any size from 8 pixels on.",
        "non-saturating",
    ),
    (
        "cgan",
        "cgan:CGAN",
        "Conditional GAN (Mirza and Osindero 2014): labels, or captions, join the input of both players.",
        "non-saturating",
    ),
    (
        "text-gan",
        "text_gan:TextGAN",
        "Pictures by captions (Reed et al. 2016): the discriminator is shown real pictures with wrong captions too.",
        "non-saturating",
    ),
    (
        "acgan",
        "acgan:ACGAN",
        "AC-GAN (Odena et al. 2017): the discriminator tells the class of a sample too.",
        "non-saturating",
    ),
    (
        "projection-gan",
        "projection_gan:ProjectionGAN",
        "Projection discriminator (Miyato and Koyama 2018): residual, class-conditional batch norm, spectral norm.",
        "hinge:beta1=0.0,beta2=0.9,critic_steps=5",
    ),
    (
        "wgan",
        "wgan:WGAN",
        "Wasserstein GAN (Arjovsky et al. 2017): DCGAN's networks, the critic's weights clipped.",
        "wasserstein-clip",
    ),
    (
        "wgan-gp",
        "wgan_gp:WGANGP",
        "WGAN with a gradient penalty (Gulrajani et al. 2017): layer norm in the critic.",
        "wasserstein-gp",
    ),
    (
        "sngan",
        "sngan:SNGAN",
        "Spectrally normalised GAN (Miyato et al. 2018), its plain convolutional networks.",
        "hinge",
    ),
    (
        "resnet-gan",
        "resnet_gan:ResNetGAN",
        "Residual GAN for 32 x 32 (Gulrajani et al. 2017, Miyato et al. 2018); wants a GPU.",
        "hinge:beta1=0.0,beta2=0.9,critic_steps=5",
    ),
    (
        "r3gan",
        "r3gan:R3GAN",
        "R3GAN in small (Huang et al. 2024): residual, without any normalisation.",
        "relativistic-r1r2",
    ),
    (
        "stylegan",
        "stylegan:StyleGAN",
        "StyleGAN2 in small (Karras et al. 2020): styles scale the weights of the generator, sample by sample.",
        "r1:learning_rate=2e-3,penalty_weight=0.5",
    ),
    (
        "pacgan",
        "pacgan:PacGAN",
        "PacGAN (Lin et al. 2018): another model, its discriminator shown several samples at once.",
        "non-saturating",
    ),
    (
        "unrolled",
        "unrolled:Unrolled",
        "Unrolled GAN (Metz et al. 2017): another model, its generator looks steps of the discriminator ahead.",
        "non-saturating:learning_rate=1e-3,discriminator_learning_rate=1e-4",
    ),
    (
        "infogan",
        "infogan:InfoGAN",
        "InfoGAN (Chen et al. 2016): a category and continuous codes that are told from the samples, without labels.",
        "non-saturating:learning_rate=1e-3,discriminator_learning_rate=2e-4",
    ),
    (
        "veegan",
        "veegan:VEEGAN",
        "VEEGAN (Srivastava et al. 2017): pairs of samples and codes are judged, and codes are reconstructed.",
        "reverse-kl",
    ),
)
# name, where it is in this package, about, and the family
_BASELINES = (
    ("gmm", "gmm:GMM", "Mixture of Gaussians by EM, on principal components where pixels are many.", "mixture"),
    (
        "autoencoder",
        "autoencoder:Autoencoder",
        "Autoencoder, sampled by a Gaussian fitted to its codes.",
        "autoencoder",
    ),
    ("vae", "vae:VAE", "Variational autoencoder (Kingma and Welling 2014), conditional if asked.", "autoencoder"),
    (
        "pixelcnn",
        "pixelcnn:PixelCNN",
        "PixelCNN (van den Oord et al. 2016): images pixel by pixel, with an exact likelihood.",
        "autoregressive",
    ),
    (
        "wavenet",
        "wavenet:WaveNet",
        "WaveNet (van den Oord et al. 2016): dilated causal convolutions over waveforms, or over pixels in order.",
        "autoregressive",
    ),
    (
        "image-gpt",
        "image_gpt:ImageGPT",
        "Image GPT in small (Chen et al. 2020): a decoder over pixels in order, with an exact likelihood.",
        "autoregressive",
    ),
    (
        "realnvp",
        "realnvp:RealNVP",
        "RealNVP (Dinh et al. 2017): an invertible map to a normal code, with an exact likelihood.",
        "flow",
    ),
    (
        "ddpm",
        "ddpm:DDPM",
        "Denoising diffusion (Ho et al. 2020), by all of its steps or by a few of DDIM.",
        "diffusion",
    ),
    (
        "flow-matching",
        "flow_matching:FlowMatching",
        "Flow matching (Lipman et al. 2023): straight paths from noise to data, followed by an ODE.",
        "diffusion",
    ),
    (
        "cyclegan",
        "cyclegan:CycleGAN",
        "CycleGAN (Zhu et al. 2017): translation between two domains of pictures, without pairs.",
        "translation",
    ),
    (
        "pix2pix",
        "pix2pix:Pix2Pix",
        "The ceiling of unpaired translation: pix2pix (Isola et al. 2017), which is shown the pairs.",
        "reference",
    ),
    ("identity", "identity:Identity", "The floor of translation: every source as it is.", "reference"),
    (
        "median-target",
        "median_target:MedianTarget",
        "The floor of translation that looks at no source: the median of the targets, pixel by pixel.",
        "reference",
    ),
    (
        "pixel-gaussian",
        "pixel_gaussian:PixelGaussian",
        "The floor: an independent normal for every pixel.",
        "reference",
    ),
    (
        "uniform",
        "uniform:Uniform",
        "The floor of likelihoods: every level as probable as every other, eight bits a number.",
        "reference",
    ),
    (
        "memoriser",
        "memoriser:Memoriser",
        "Plays training samples back: wins every distance, fails every test of memorisation.",
        "reference",
    ),
    (
        "nearest-neighbour",
        "nearest_neighbour:NearestNeighbour",
        "The baseline of anomaly detection: a sample comes back as the nearest one of training.",
        "reference",
    ),
    (
        "unchanged",
        "unchanged:Unchanged",
        "The floor of denoising and colouring: what it is shown comes back unchanged.",
        "reference",
    ),
    (
        "real",
        "real:Real",
        "The ceiling: held-out samples that no score compares with. Seeds share samples: their spread is understated.",
        "reference",
    ),
)


@ganbench.hookimpl
def offer_models() -> Iterator[ganbench.ModelCard]:
    """Offer the adversarial models, the baselines, and a floor and a ceiling for all of them."""
    for name, make, about, loss in _ADVERSARIAL:
        yield ganbench.ModelCard(name, make=f"{__name__}.{make}", about=about, loss=loss)
    for name, make, about, family in _BASELINES:
        yield ganbench.ModelCard(name, make=f"{__name__}.{make}", about=about, family=family)
