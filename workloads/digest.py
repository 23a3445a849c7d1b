"""The digest of a trace: one hash over everything that a simulation sees of it."""

import hashlib

from workloads.trace import Trace


def digest(trace: Trace) -> str:
    """Return the SHA-256 of tensors, operations, thresholds and operands, in order; casts and parameters included."""
    whole = hashlib.sha256()
    for tensor in trace.tensors.values():
        whole.update(f"{tensor.name} {tensor.rows} {tensor.elements} {tensor.encoding.name}\n".encode())
        if tensor.packed is not None:
            whole.update(tensor.packed.astype("<u8").tobytes())
    for operation in trace.operations:
        whole.update(f"{operation!r}\n".encode())
    for name, thresholds in trace.thresholds.items():
        whole.update(f"{name}\n".encode())
        whole.update(thresholds.sums.astype("<i8").tobytes())
        whole.update(thresholds.at_most.tobytes())
    return whole.hexdigest()
