"""The registry, one engine and session per governorate, mounts, publishing to all."""
