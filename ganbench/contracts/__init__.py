"""What each kind of plugin offers and must do: cards, hooks and protocols; nothing that runs."""
