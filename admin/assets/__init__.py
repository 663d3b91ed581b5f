"""Third-party front-end files: what we take (assets.toml), from where (package-lock.json), how (build.py)."""
