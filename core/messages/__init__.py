"""Outbox and channels: what must be told outside, queued with the change that causes it."""
