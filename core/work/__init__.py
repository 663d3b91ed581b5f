"""What a record gets by being declared: numbering, workflow, audit, notes, timeline."""
