"""Pictures of samples: a grid of images, curves of waveforms, or points over the real ones."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SHOWN_IMAGES, SHOWN_WAVEFORMS, SHOWN_POINTS = 64, 24, 2_500
_CAPTIONED, _COLUMNS, _LINE, _LINES = 16, 4, 30, 3  # pictures with captions, beside one another; letters, lines of one
_IN_A_ROW, _GAP = 8, 4  # images; pixels between them
_SMALLEST = 56  # pixels a side; smaller images are enlarged without smoothing


def draw_samples(path: Path, samples: "Tensor", real: "Tensor") -> None:
    """Draw samples as what they are.

    (n, channels, height, width) images in [-1, 1] as a grid, (n, channels, length) waveforms as curves, and
    (n, dimensions) points as a scatter over real ones.
    """
    if samples.ndim == 4:
        draw_grid(path, samples[:SHOWN_IMAGES])
    elif samples.ndim == 3:
        draw_waveforms(path, samples[:SHOWN_WAVEFORMS])
    else:
        draw_points(path, samples[:SHOWN_POINTS], real[:SHOWN_POINTS])


def draw_grid(path: Path, images: "Tensor") -> None:
    """Draw images in [-1, 1] in rows of eight, without stretching their range: three channels, or the first as grey."""
    from PIL import Image

    height, width = images.shape[-2:]
    scale = max(1, -(-_SMALLEST // min(height, width)))
    side, above = width * scale + _GAP, height * scale + _GAP
    columns = min(_IN_A_ROW, len(images))
    sheet = Image.new("RGB", (columns * side + _GAP, -(-len(images) // columns) * above + _GAP), "white")
    images = images[:, : 3 if images.shape[1] >= 3 else 1]
    pixels = images.float().cpu().add(1).div(2).clamp(0, 1).mul(255).add(0.5).byte().permute(0, 2, 3, 1)
    for index, image in enumerate(pixels.expand(-1, -1, -1, 3).numpy()):
        row, column = divmod(index, columns)
        enlarged = Image.fromarray(image).resize((width * scale, height * scale), Image.Resampling.NEAREST)
        sheet.paste(enlarged, (column * side + _GAP, row * above + _GAP))
    sheet.save(path, format="png")


def draw_captioned(path: Path, images: "Tensor", captions: Sequence[str]) -> None:
    """Draw the first images in [-1, 1], each below the caption that it was asked for by, cut off where it is long."""
    from matplotlib.figure import Figure

    shown = min(_CAPTIONED, len(images))
    rows = -(-shown // _COLUMNS)
    figure = Figure(figsize=(1.9 * _COLUMNS, 2.3 * rows), layout="constrained")
    cells = list(figure.subplots(rows, _COLUMNS, squeeze=False).flat)
    for axes in cells:
        axes.set_axis_off()
    pixels = images[:shown].float().cpu().add(1).div(2).clamp(0, 1).permute(0, 2, 3, 1).numpy()
    for axes, image, caption in zip(cells, pixels, captions, strict=False):
        # one channel is shown as grey; captions take as many lines each, so that pictures stand in rows
        axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        lines = textwrap.wrap(caption.replace("$", r"\$"), _LINE, max_lines=_LINES, placeholder=" …")
        axes.set_title("\n".join([*lines, *[" "] * (_LINES - len(lines))]), fontsize=8)
    figure.savefig(path, format="png", dpi=120)


def draw_waveforms(path: Path, waveforms: "Tensor", columns: int = 3) -> None:
    """Draw the first channel of waveforms (n, channels, length), one scale for all of them."""
    from matplotlib.figure import Figure

    rows = -(-len(waveforms) // columns)
    figure = Figure(figsize=(5, max(0.8, 0.625 * rows)), layout="constrained")
    cells = list(figure.subplots(rows, columns, squeeze=False).flat)
    loudest = 1.05 * waveforms.abs().max().item() or 1.0
    for axes in cells:
        axes.set_axis_off()
    for axes, waveform in zip(cells, waveforms.float().cpu().numpy(), strict=False):
        axes.plot(waveform[0], color="#d55e00", linewidth=0.5)
        axes.set(ylim=(-loudest, loudest), xlim=(0, waveform.shape[1]))
    figure.savefig(path, format="png", dpi=120)


def draw_points(path: Path, points: "Tensor", real: "Tensor | None" = None) -> None:
    """Draw the first two coordinates of generated points, over those of real ones and on their scale if given."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    for cloud, colour, label in ((real, "#9aa0a6", "real"), (points, "#d55e00", "generated")):
        if cloud is not None:
            x, y = cloud[:, 0].cpu().numpy(), cloud[:, 1 if cloud.shape[1] > 1 else 0].cpu().numpy()
            axes.scatter(x, y, s=6, c=colour, alpha=0.5, linewidths=0, label=label)

    # a generator that strayed must not shrink the truth to a dot
    scale = points if real is None else real
    low, high = scale.min().item(), scale.max().item()
    margin = 0.25 * (high - low) or 1.0
    axes.set(xlim=(low - margin, high + margin), ylim=(low - margin, high + margin), aspect="equal")
    axes.legend(loc="upper right", markerscale=2)
    figure.savefig(path, format="png", dpi=120)
