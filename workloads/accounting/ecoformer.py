"""EcoFormer's accounting: FP32 multiplications and additions, at one price each.

Source: ziplab/EcoFormer, commit a277f9e: pvt/get_energy.py and twins/get_energy.py; for layers outside attention the
conventions of mmcv 1.3.8 (mmcv/cnn/utils/flops_counter.py), which these build on.
"""

from dataclasses import dataclass

from workloads.errors import InputError
from workloads.operations import Operation, Work
from workloads.operations.work import ArrayWork
from workloads.trace import Trace

MULTIPLY_PJ, ADD_PJ = 3.7, 0.9
"""Energy of an FP32 multiplication and addition. Source: pvt/get_energy.py; it names no technology."""
MULTIPLY_UM2, ADD_UM2 = 7700, 4184
"""Area of an FP32 multiplier and adder. Source: as above."""

FREE = (0, 0)
MAC = (1, 1)

CHARGES: dict[str, dict[str, tuple[int, int]]] = {
    "matrix product": {"product": MAC, "bias": FREE},
    "convolution": {"split": FREE, "product": MAC, "merge": FREE, "bias": (1, 1)},
    "layer norm": {"elements": (2, 2)},
    "gelu": {"elements": FREE},
    "add": {"elements": FREE},
    "pooling": {"elements": FREE},
    "softmax attention": {"scores": MAC, "scale": (1, 0), "softmax": FREE, "values": MAC, "merge": FREE},
    "ecoformer attention": {
        "unit_length": FREE,
        "distances": (0, 2),  # a difference and a sum; the squares are not charged
        "sigma": FREE,
        "inverse_sigma": FREE,
        "exponents": (2, 0),
        "kernel": FREE,
        "centre": FREE,
        "hash": MAC,
        "codes": FREE,
        "code_sum": (0, 1),
        "code_sum_values": FREE,
        "context": (0, 1),
        "numerator": (0, 1),
        "value_scale": FREE,
        "value_bias": (0, 1),
        "denominator": MAC,
        "denominator_bias": FREE,
        "reciprocal": (1, 0),
        "normalize": (1, 0),
    },
}
"""Multiplications and additions by operation and step: for each multiply-accumulate, or element of the vector unit."""


@dataclass(frozen=True)
class Charge:
    """What one step of one layer is charged."""

    layer: str
    operation: str
    step: str
    mul: int
    add: int


@dataclass(frozen=True)
class EcoFormerAccount:
    """Multiplications and additions of a network, step by step.

    Units: the energies and areas are counts times the price of one FP32 operation: the area is not a chip's.
    """

    workload: str
    charges: tuple[Charge, ...]
    rule: str = "ecoformer"

    @property
    def mul(self) -> int:
        """Return the multiplications."""
        return sum(charge.mul for charge in self.charges)

    @property
    def add(self) -> int:
        """Return the additions."""
        return sum(charge.add for charge in self.charges)

    @property
    def energy_pj(self) -> float:
        """Return the energy of the arithmetic alone."""
        return self.mul * MULTIPLY_PJ + self.add * ADD_PJ

    @property
    def area_um2(self) -> int:
        """Return every operation's count times its unit's area."""
        return self.mul * MULTIPLY_UM2 + self.add * ADD_UM2


def ecoformer(trace: Trace) -> EcoFormerAccount:
    """Count a network by EcoFormer's rule.

    Errors: InputError for an operation that the rule has no charge for, or that does not compute in FP32.
    """
    return EcoFormerAccount(trace.name, tuple(c for o in trace.operations for c in _charges(trace, o)))


def _charges(trace: Trace, operation: Operation) -> list[Charge]:
    if operation.kind not in CHARGES:
        raise InputError(f"layer {operation.name}: the rule ecoformer has no charge for {operation.kind}")
    for name in (*operation.inputs, *operation.constants):
        code = trace.tensors[name].encoding.name
        if code != "fp32":
            raise InputError(
                f"layer {operation.name}: the rule ecoformer charges fp32 arithmetic, but {name} is {code}"
            )
    steps = CHARGES[operation.kind]
    return [_charge(operation, work, *steps[work.step]) for work in operation.work]


def _charge(operation: Operation, work: Work, mul: int, add: int) -> Charge:
    amount = work.macs if isinstance(work, ArrayWork) else work.elements
    return Charge(operation.name, operation.kind, work.step, mul * amount, add * amount)
