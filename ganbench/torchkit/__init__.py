"""Helpers for plugins that use torch; the core never imports them."""
