"""``xnorsim cosim``."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.accelerator_file import load_accelerator
from workloads.atomic import check_whole, write_whole
from workloads.casts import cast_trace, parse_cast
from workloads.errors import InputError, problem
from workloads.networks import load_trace
from xnorsim.cli.output import write_json
from xnorsim.cli.progress import telling
from xnorsim.cosimulation.outcome import Cosimulation
from xnorsim.cosimulation.session import cosimulate
from xnorsim.cosimulation_json import cosimulation_json


@dataclass(frozen=True)
class Request:
    """What ``xnorsim cosim`` was asked for."""

    workload: str
    accelerator: str
    parameters: Mapping[str, str]
    casts: Sequence[str]
    layers: Sequence[str]
    seed: int | None
    max_cycles: int | None
    waves: bool
    junit: str | None
    rtl: str | None
    patience_s: float
    json_target: str | None


def cosim(request: Request) -> bool:
    """Co-simulate and report as asked; return whether RTL and model agree."""
    _check_targets(request)
    _end_all_on_a_signal()
    trace = cast_trace(load_trace(request.workload, request.parameters), [parse_cast(text) for text in request.casts])
    accelerator = load_accelerator(request.accelerator)
    with telling() as listener:
        result = cosimulate(
            trace,
            accelerator,
            layers=[name for text in request.layers for name in text.split(",")],
            seed=request.seed,
            max_cycles=request.max_cycles,
            rtl=request.rtl,
            waves=Path.cwd() if request.waves else None,
            patience_s=request.patience_s,
            listener=listener,
        )
    _report(result, request)
    return result.passed


def _end_all_on_a_signal() -> None:
    """Have what was started end just as by an interrupt where a CI system cancels the job, or a terminal closes."""
    for sign in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup it is ignored, and stays so.
        if signal.getsignal(sign) is not signal.SIG_IGN:
            signal.signal(sign, signal.default_int_handler)


def _check_targets(request: Request) -> None:
    """Refuse files that cannot be written before anything runs for minutes."""
    for option, target in (("--junit", request.junit), ("--json", request.json_target)):
        if target == "":
            raise InputError(problem(option, "must name a file", target))
        if target is not None and (option, target) != ("--json", "-"):
            check_whole(Path(target))
    if request.waves:
        check_whole(Path("waveform"))


def _report(result: Cosimulation, request: Request) -> None:
    if request.junit is not None:
        from xnorsim.junit import junit_report

        write_whole(Path(request.junit), junit_report(result))
    if request.json_target is not None:
        write_json(cosimulation_json(result), request.json_target)
    if request.json_target != "-":
        from xnorsim.cosimulation_page import print_cosimulation

        print_cosimulation(result)
