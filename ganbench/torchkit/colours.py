"""Colours as people see them: sRGB pictures in CIE L*a*b* (CIE 15:2004), and grey ones of the same lightness."""

import torch
from torch import Tensor

# of IEC 61966-2-1, linear sRGB to XYZ under D65; the white is what (1, 1, 1) becomes
_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_EDGE = 6 / 29  # of the cube root's straight part


def to_lab(images: Tensor) -> Tensor:
    """Return L* in [0, 100], a* and b* of sRGB images (n, 3, height, width) in [-1, 1], in their shape."""
    matrix = torch.tensor(_XYZ, dtype=images.dtype, device=images.device)
    relative = torch.einsum("ij,njhw->nihw", matrix / matrix.sum(dim=1, keepdim=True), _linear(images))
    x, y, z = _root(relative).unbind(dim=1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def in_grey(images: Tensor) -> Tensor:
    """Return sRGB images (n, 3, height, width) in [-1, 1] without their colours: grey of the same L*, three times."""
    weights = torch.tensor(_XYZ[1], dtype=images.dtype, device=images.device)
    luminance = torch.einsum("j,njhw->nhw", weights, _linear(images))[:, None]
    return _levels(luminance).expand(-1, 3, -1, -1).contiguous()


def from_lab(lab: Tensor) -> Tensor:
    """Return sRGB images (n, 3, height, width) in [-1, 1] of colours as to_lab gives them; cut off where sRGB ends."""
    lightness, a, b = lab.unbind(dim=1)
    y = (lightness + 16) / 116
    roots = torch.stack([y + a / 500, y, y - b / 200], dim=1)
    relative = torch.where(roots > _EDGE, roots.pow(3), 3 * _EDGE**2 * (roots - 4 / 29))
    matrix = torch.tensor(_XYZ, dtype=lab.dtype, device=lab.device)
    back = torch.linalg.inv(matrix / matrix.sum(dim=1, keepdim=True))
    return _levels(torch.einsum("ij,njhw->nihw", back, relative).clamp(0, 1))


def _levels(light: Tensor) -> Tensor:
    """Apply the transfer function: light in [0, 1] becomes levels in [-1, 1]."""
    low, high = 12.92 * light, 1.055 * light.clamp(min=0.0031308).pow(1 / 2.4) - 0.055
    return torch.where(light <= 0.0031308, low, high).mul(2).sub(1)


def _linear(images: Tensor) -> Tensor:
    """Undo the transfer function: levels in [-1, 1] become light in [0, 1]."""
    levels = images.add(1).div(2).clamp(0, 1)
    return torch.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055).pow(2.4))


def _root(relative: Tensor) -> Tensor:
    return torch.where(relative > _EDGE**3, relative.clamp(min=_EDGE**3).pow(1 / 3), relative / (3 * _EDGE**2) + 4 / 29)
