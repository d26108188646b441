"""Helpers for plugins that use torch; the harness itself never imports them."""
