"""The models that come with ganbench."""

from collections.abc import Iterator

import ganbench

_FOLDER = "ganbench_models"


@ganbench.hookimpl
def offer_models() -> Iterator[ganbench.ModelCard]:
    """Offer the adversarial models, the baselines, and a floor and a ceiling for all of them."""
    yield from _adversarial()
    yield from _baselines()


def _adversarial() -> Iterator[ganbench.ModelCard]:
    yield ganbench.ModelCard(
        "vanilla",
        make=f"{_FOLDER}.vanilla:Vanilla",
        about="Fully connected GAN (Goodfellow et al. 2014); on points, the networks of VEEGAN and PacGAN.",
        loss="non-saturating",
    )
    yield ganbench.ModelCard(
        "dcgan",
        make=f"{_FOLDER}.dcgan:DCGAN",
        about="Deep convolutional GAN (Radford et al. 2016), for images of any size from 8 pixels on.",
        loss="non-saturating",
    )
    yield ganbench.ModelCard(
        "cgan",
        make=f"{_FOLDER}.cgan:CGAN",
        about="Conditional GAN (Mirza and Osindero 2014): labels join the input of both players.",
        loss="non-saturating",
    )
    yield ganbench.ModelCard(
        "wgan",
        make=f"{_FOLDER}.wgan:WGAN",
        about="Wasserstein GAN (Arjovsky et al. 2017): DCGAN's networks, the critic's weights clipped.",
        loss="wasserstein-clip",
    )
    yield ganbench.ModelCard(
        "wgan-gp",
        make=f"{_FOLDER}.wgan_gp:WGANGP",
        about="WGAN with a gradient penalty (Gulrajani et al. 2017): layer norm in the critic.",
        loss="wasserstein-gp",
    )
    yield ganbench.ModelCard(
        "sngan",
        make=f"{_FOLDER}.sngan:SNGAN",
        about="Spectrally normalised GAN (Miyato et al. 2018), its plain convolutional networks.",
        loss="hinge",
    )
    yield ganbench.ModelCard(
        "resnet-gan",
        make=f"{_FOLDER}.resnet_gan:ResNetGAN",
        about="Residual GAN for 32 x 32 (Gulrajani et al. 2017, Miyato et al. 2018); wants a GPU.",
        loss="hinge:beta1=0.0,beta2=0.9,critic_steps=5",
    )
    yield ganbench.ModelCard(
        "r3gan",
        make=f"{_FOLDER}.r3gan:R3GAN",
        about="R3GAN in small (Huang et al. 2024): residual, without any normalisation.",
        loss="relativistic-r1r2",
    )
    yield ganbench.ModelCard(
        "pacgan",
        make=f"{_FOLDER}.pacgan:PacGAN",
        about="PacGAN (Lin et al. 2018): another model, its discriminator shown several samples at once.",
        loss="non-saturating",
    )


def _baselines() -> Iterator[ganbench.ModelCard]:
    yield ganbench.ModelCard(
        "gmm",
        make=f"{_FOLDER}.gmm:GMM",
        about="Mixture of Gaussians by EM, on principal components where pixels are many.",
    )
    yield ganbench.ModelCard(
        "autoencoder",
        make=f"{_FOLDER}.autoencoder:Autoencoder",
        about="Autoencoder, sampled by a Gaussian fitted to its codes.",
    )
    yield ganbench.ModelCard(
        "vae",
        make=f"{_FOLDER}.vae:VAE",
        about="Variational autoencoder (Kingma and Welling 2014), conditional if asked.",
    )
    yield ganbench.ModelCard(
        "pixelcnn",
        make=f"{_FOLDER}.pixelcnn:PixelCNN",
        about="PixelCNN (van den Oord et al. 2016): images pixel by pixel, with an exact likelihood.",
    )
    yield ganbench.ModelCard(
        "pixel-gaussian",
        make=f"{_FOLDER}.pixel_gaussian:PixelGaussian",
        about="The floor: an independent normal for every pixel.",
    )
    yield ganbench.ModelCard(
        "memoriser",
        make=f"{_FOLDER}.memoriser:Memoriser",
        about="Plays training samples back: wins every distance, fails every test of memorisation.",
    )
    yield ganbench.ModelCard(
        "real",
        make=f"{_FOLDER}.real:Real",
        about="The ceiling: held-out real samples, as a perfect model would score.",
    )
