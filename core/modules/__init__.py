"""The module host: finding, checking, loading, installing and calling plugins."""
