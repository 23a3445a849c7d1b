"""Ask what binarizing attention saves: EcoFormer's network and the one with softmax attention, on one accelerator."""

import xnorsim

ACCELERATOR, TECHNOLOGY = xnorsim.load_accelerator("xnor-fp32"), xnorsim.load_technology("45nm")
NAMES = ("pvtv2-b0", "ecoformer-pvtv2-b0")


def costs_of(name: str) -> xnorsim.Estimate:
    run = xnorsim.simulate(xnorsim.load_trace(name), ACCELERATOR, engine="closed_form")
    return xnorsim.estimate(run, TECHNOLOGY)


def attention_pj(costs: xnorsim.Estimate) -> float:
    steps = zip(costs.layer_times, costs.energy_by_layer_pj, strict=True)
    return sum(sum(energy.values()) for time, energy in steps if time.operation.endswith("attention"))


softmax, binarized = (costs_of(name) for name in NAMES)
published = [xnorsim.account(xnorsim.load_trace(name), "ecoformer") for name in NAMES]
print(f"the published accounting  {1 - published[1].energy_pj / published[0].energy_pj:.1%} saved")
print(f"energy on chip            {1 - binarized.energy_on_chip_pj / softmax.energy_on_chip_pj:.1%} saved")
print(f"  attention alone         {1 - attention_pj(binarized) / attention_pj(softmax):.1%} saved")
print(f"energy of DRAM            {1 - binarized.energy_off_chip_pj / softmax.energy_off_chip_pj:.1%} saved")
print(f"latency                   {1 - binarized.latency_s / softmax.latency_s:.1%} saved")
print()
print("What takes the energy on chip, mJ   softmax  EcoFormer")
for component, energy_pj in sorted(softmax.energy_by_component_pj.items(), key=lambda item: -item[1])[:5]:
    print(f"  {component:<32}  {energy_pj / 1e9:8.2f}  {binarized.energy_by_component_pj[component] / 1e9:9.2f}")
