"""Sweep a space of accelerators for one network, and look at its Pareto front: time against energy."""

import xnorsim

rows = xnorsim.sweep(
    {
        "schema_version": 1,
        "workloads": ["resnet18"],
        "accelerator": "xnor-int8",
        "technologies": ["45nm"],
        "axes": {
            "arrays.xnor.rows": {"powers_of_two": [8, 64]},
            "arrays.xnor.cols": {"same_as": "arrays.xnor.rows"},
            "arrays.mac.rows": {"powers_of_two": [8, 64]},
            "arrays.mac.cols": {"same_as": "arrays.mac.rows"},
            "port.width_bits": {"powers_of_two": [256, 2048]},
            "global_buffer.capacity_kib": {"powers_of_two": [512, 4096]},
        },
        "constraints": {"area_mm2.total": {"at_most": 20.0}},
        "objectives": {"latency_s": "minimize", "energy_pj.on_chip": "minimize"},
        "strategy": {"sampler": "grid"},
    },
    processes=1,
)
good = rows[rows["within_constraints"]].sort_values(["latency_s", "energy_pj.on_chip"])
front = good[good["energy_pj.on_chip"] < good["energy_pj.on_chip"].cummin().shift(fill_value=float("inf"))]

table = front[["row", "arrays.xnor.rows", "arrays.mac.rows", "port.width_bits", "global_buffer.capacity_kib"]].copy()
table["ms"] = front["latency_s"] * 1e3
table["mJ"] = front["energy_pj.on_chip"] / 1e9
table["mm2"] = front["area_mm2.total"]
print(f"{len(rows)} designs, {len(good)} of at most 20 mm2, {len(front)} on the front:")
print(table.to_string(index=False, float_format="{:.2f}".format))
