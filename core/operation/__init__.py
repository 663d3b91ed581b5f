"""Running an installation: commands, jobs, health, doctor, and the catalogues' tools."""
