"""Keeping a governorate's data safe: backups with their proof, restoring, moving between databases."""
