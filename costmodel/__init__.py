"""What the events and the inventory of a simulation cost: energy, area and latency from a technology's prices."""
