"""The projection discriminator and class-conditional batch norm, against the formulas written out."""

import pytest
import torch
from torch import nn
from torch.nn.functional import batch_norm

from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench_losses.hinge import Hinge
from ganbench_models.class_norm import ClassBatchNorm
from ganbench_models.projection_gan import ProjectionGAN


def built(shape=(1, 8, 8), classes=3, **settings):
    torch.manual_seed(0)
    return ProjectionGAN(Task(shape, classes, "cpu", 100, 0, loss=Hinge()), **{"width": 4} | settings)


@pytest.mark.parametrize("shape", [(5, 2), (5, 2, 3, 3)])
def test_batch_norm_is_scaled_and_shifted_by_each_samples_class(shape):
    layer, labels = ClassBatchNorm(2, 3, maps=len(shape) == 4), torch.tensor([0, 2, 1, 2, 0])
    torch.nn.init.normal_(layer.scale.weight)
    torch.nn.init.normal_(layer.shift.weight)
    values = torch.randn(shape)
    normed = batch_norm(values, None, None, training=True)
    found = layer(values, labels)
    for n, label in enumerate(labels):
        for channel in range(2):
            by_hand = layer.scale.weight[label, channel] * normed[n, channel] + layer.shift.weight[label, channel]
            torch.testing.assert_close(found[n, channel], by_hand)


def test_it_begins_as_plain_batch_norm_and_counts_all_classes_together():
    layer, values = ClassBatchNorm(2, 3, maps=False), torch.randn(20, 2)
    found = layer(values, torch.arange(20) % 3)
    torch.testing.assert_close(found, batch_norm(values, None, None, training=True))


@pytest.mark.parametrize("shape", [(2,), (1, 8, 8)])
def test_a_logit_is_that_of_the_sample_and_its_product_with_the_vector_of_its_class(shape):
    judge = built(shape).discriminator.eval()
    samples, labels = torch.randn(3, *shape), torch.tensor([2, 0, 2])
    with torch.no_grad():
        features, logits = judge.body(samples), judge(samples, labels)
        for n, label in enumerate(labels):
            by_hand = judge.source(features[n]) + judge.embedding.weight[label] @ features[n]
            torch.testing.assert_close(logits[n], by_hand)


def test_every_layer_of_the_discriminator_with_weights_is_spectrally_normalised():
    judge = built((1, 8, 8)).discriminator
    for _ in range(50):  # power iterations, one a pass
        judge(torch.randn(2, 1, 8, 8), torch.zeros(2, dtype=torch.int64))
    kinds = (nn.Conv2d, nn.Linear, nn.Embedding)
    weights = [layer.weight for layer in judge.modules() if isinstance(layer, kinds)]
    assert len(weights) == sum(name.endswith("original") for name, _ in judge.named_parameters())
    for weight in weights:
        assert torch.linalg.matrix_norm(weight.flatten(1), ord=2).item() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("shape", [(2,), (1, 8, 8)])
def test_labels_steer_the_generator_by_its_batch_norms(shape):
    model = built(shape)
    noise = torch.randn(1, model.latent).repeat(2, 1)
    labels = torch.tensor([0, 1])
    alike = model.decode(noise, labels)
    assert torch.equal(alike[0], alike[1])  # at the start they are plain
    for layer in model.generator.modules():
        if isinstance(layer, ClassBatchNorm):
            torch.nn.init.normal_(layer.shift.weight)
    apart = model.decode(noise, labels)
    assert (apart[0] - apart[1]).abs().max() > 1e-3


def test_data_without_classes_are_refused():
    with pytest.raises(UnfitError, match="projection-gan needs data with classes"):
        built(classes=0)
