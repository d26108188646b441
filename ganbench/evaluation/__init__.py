"""Samples against samples: features, metrics, resampling, pictures; nothing is trained or ranked here."""
