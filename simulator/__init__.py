"""How long a workload takes on an accelerator, and how many of which events."""
