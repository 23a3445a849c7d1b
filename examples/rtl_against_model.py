"""Run a small network on the RTL of a small array, and compare each cycle and each bit with the model."""

import sys

import xnorsim

trace = xnorsim.load_trace("mnist-tfc", {"images": 2})
outcome = xnorsim.cosimulate(trace, xnorsim.load_accelerator("xnor-8x8x64"))

columns = ["name", "status", "m", "k", "n", "rtl.cycles", "model.cycles", "bits_compared", "mismatches"]
print(outcome.layers()[columns].to_string(index=False))
for difference in outcome.differences:
    print(difference.message)
print("RTL and model agree" if outcome.passed else "RTL and model part")
sys.exit(0 if outcome.passed else 1)  # what turns a build red
