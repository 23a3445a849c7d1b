"""Run the built-in network, and look at the result as tables."""

import xnorsim

trace = xnorsim.load_trace("mnist-tfc", {"images": 16})
run = xnorsim.simulate(trace, xnorsim.load_accelerator("xnor-8x8x64"))
costs = xnorsim.estimate(run, xnorsim.load_technology("45nm"))

print(run.layers()[["name", "m", "k", "n", "cycles", "bound_by"]].to_string(index=False))
print(f"{run.cycles} cycles, {run.utilization().overall:.1%} of the PE cycles useful")
print(f"{costs.latency_s * 1e6:.1f} us, {costs.area_mm2:.2f} mm2, {costs.energy_on_chip_pj / 1e3:.0f} nJ on chip")
