"""The commands. Each imports what it needs when it runs, so that the command line starts fast."""

import contextlib
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from simulator.engines import Engine
from workloads.errors import InputError, problem
from xnorsim.cosimulation.errors import CosimulationError, ToolMissingError
from xnorsim.errors import PackageMissingError, SweepError

_DONE, _CHECK_FAILED, _WRONG_INPUT, _TOOL_MISSING, _INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="xnorsim",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Accelerator = Annotated[str, typer.Option("--accelerator", "-a", help="A preset's name or a TOML file.")]
Technology = Annotated[str, typer.Option("--technology", "-t", help="A technology's name or a TOML file.")]
Parameters = Annotated[
    list[str] | None, typer.Option("--parameter", "-p", help="A parameter of the workload, key=value; repeatable.")
]
Casts = Annotated[
    list[str] | None,
    typer.Option("--cast", metavar="FROM=TO", help="Run an encoding as another one: fp32=int8; repeatable."),
]
Json = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Write the result as JSON; - is standard output.")
]
# typer carries its own click, or uses the package: the base of its public error is the right class in both cases.
_USAGE_ERROR: Any = typer.BadParameter.__base__

DEFAULT_ACCELERATOR = "xnor-16x16x64"
DEFAULT_TECHNOLOGY = "45nm"


class Kinds(StrEnum):
    """What ``list`` lists."""

    WORKLOADS = "workloads"
    ACCELERATORS = "accelerators"
    TECHNOLOGIES = "technologies"


class Kind(StrEnum):
    """What ``show`` shows."""

    WORKLOAD = "workload"
    ACCELERATOR = "accelerator"
    TECHNOLOGY = "technology"


def _version(wanted: bool) -> None:
    if wanted:
        from xnorsim import __version__

        typer.echo(f"xnorsim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Say what a binarized network costs on an accelerator: cycles, seconds, square millimetres and joules."""


@app.command("run")
def run_command(
    workload: Annotated[str, typer.Argument(help="A built-in network's name or a trace file.")],
    accelerator: Accelerator = DEFAULT_ACCELERATOR,
    technology: Technology = DEFAULT_TECHNOLOGY,
    cast: Casts = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", metavar="ACCELERATOR", help="Compare with the run on this accelerator.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="WORKLOAD", help="Compare with this workload, under the same casts and parameters."
        ),
    ] = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="How to count cycles: event by event, or at once; both agree.")
    ] = Engine.EVENTS,
    parameter: Parameters = None,
    json: Json = None,
) -> None:
    """Run a workload on an accelerator and report cycles, latency, area and energy."""
    from xnorsim.cli.run import Request, run

    parameters = _parsed(parameter or [])
    run(Request(workload, accelerator, technology, parameters, cast or [], baseline, against, json, engine))


@app.command("account")
def account_command(
    workload: Annotated[str, typer.Argument(help="A built-in network's name or a trace file.")],
    rule: Annotated[str, typer.Option("--rule", help="The published rule to count by: ecoformer.")],
    parameter: Parameters = None,
    json: Json = None,
) -> None:
    """Count a workload's operations as a publication does: no memory, no hardware."""
    from xnorsim.cli.accounting import print_account

    print_account(workload, rule, _parsed(parameter or []), json)


@app.command("cosim")
def cosim_command(
    workload: Annotated[str, typer.Argument(help="A built-in network's name or a trace file.")],
    accelerator: Accelerator = DEFAULT_ACCELERATOR,
    layers: Annotated[
        list[str] | None,
        typer.Option("--layers", metavar="NAME", help="Only these layers: names or globs (fc*), repeatable."),
    ] = None,
    max_cycles: Annotated[
        int | None,
        typer.Option("--max-cycles", min=1, metavar="N", help="Cut each layer to leading tiles of at most N cycles."),
    ] = None,
    rtl: Annotated[
        str | None, typer.Option("--rtl", metavar="FILELIST", help="Your RTL, by its file list, in place of ours.")
    ] = None,
    waves: Annotated[
        bool, typer.Option("--waves", help="Write a waveform of the first job that differs into this folder.")
    ] = False,
    junit: Annotated[
        str | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit file, which CI systems read.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=1, max=2**31 - 1, metavar="N", help="Random operands in place of the trace's."),
    ] = None,
    patience: Annotated[
        float, typer.Option("--patience", metavar="SECONDS", help="Give up a simulator that stands still so long.")
    ] = 60.0,
    cast: Casts = None,
    parameter: Parameters = None,
    json: Json = None,
) -> None:
    """Run a workload's layers on the RTL and compare each cycle and each bit with the model; exit 1 if they part."""
    from xnorsim.cli.cosim import Request, cosim

    parameters = _parsed(parameter or [])
    request = Request(
        workload, accelerator, parameters, cast or [], layers or [], seed, max_cycles, waves, junit, rtl, patience, json
    )
    raise typer.Exit(_DONE if cosim(request) else _CHECK_FAILED)


@app.command("rtl")
def rtl_command(
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="A folder that is not there yet.")],
    accelerator: Accelerator = DEFAULT_ACCELERATOR,
) -> None:
    """Write the RTL of an accelerator to take away: sources, file list, parameters, and a test bench."""
    from xnorsim.cli.rtl import write_rtl

    write_rtl(accelerator, output)


@app.command("sweep")
def sweep_command(
    spec: Annotated[str, typer.Argument(metavar="SPEC.toml", help="A sweep file.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Where the rows go.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an earlier run of the same sweep was ended; or start it.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, tcp://HOST:PORT; local starts one."),
    ] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, metavar="N", help="Processes of this machine; else its cores.")
    ] = None,
) -> None:
    """Evaluate a space of accelerators: cycles, energy and area of every point, in a directory that can be resumed."""
    from xnorsim.cli.sweep import Request, sweep

    sweep(Request(spec, output, resume, scheduler, processes))


@app.command("pareto")
def pareto_command(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="The directory of a sweep.")],
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Where the page goes; else DIR/pareto.html.")
    ] = None,
    row: Annotated[int | None, typer.Option("--row", metavar="N", help="Show this row and its accelerator.")] = None,
    toml: Annotated[
        str | None, typer.Option("--toml", metavar="FILE|-", help="Write the row's accelerator as a file.")
    ] = None,
    why: Annotated[
        int | None,
        typer.Option("--why", metavar="ROW", help="Say how the row moves with each axis, and what bounds its layers."),
    ] = None,
) -> None:
    """Print the front of a sweep, and write it as a page for a browser."""
    from xnorsim.cli.pareto import Request, pareto

    pareto(Request(directory, html, row, toml, why))


@app.command("list")
def list_command(kinds: Annotated[Kinds, typer.Argument(help="What to list.")]) -> None:
    """List the workloads, accelerators or technologies that come with the program."""
    from xnorsim.cli.catalogue import print_list

    print_list(kinds.value)


@app.command("show")
def show_command(
    kind: Annotated[Kind, typer.Argument(help="What to show.")],
    name: Annotated[str, typer.Argument(help="Its name or file.")],
    parameter: Parameters = None,
) -> None:
    """Show one workload, accelerator or technology: what is in it, and where it comes from."""
    from xnorsim.cli.catalogue import show

    if parameter and kind is not Kind.WORKLOAD:
        raise InputError(f"--parameter belongs to workloads, not to {kind.value} {name}")
    show(kind.value, name, _parsed(parameter or []))


@app.command("doctor")
def doctor_command() -> None:
    """Check the tools that RTL co-simulation needs, and say how to get what is missing."""
    from xnorsim.cli.doctor import doctor

    raise typer.Exit(_DONE if doctor() else _TOOL_MISSING)


def _parsed(parameters: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(problem("--parameter", "must be key=value", text))
        if name in values:
            raise InputError(problem("--parameter", "must name each key once", name))
        values[name] = value
    return values


def run(arguments: Sequence[str]) -> int:
    """Run the command line on these arguments and return its exit code."""
    if sys.stdout is None:
        return _failed("standard output is closed", _WRONG_INPUT)
    try:
        return _run(arguments)
    except InputError as error:
        return _failed(str(error), _WRONG_INPUT)
    except ToolMissingError as error:
        return _failed(f"{error} (xnorsim doctor shows all tools)", _TOOL_MISSING)
    except PackageMissingError as error:
        return _failed(str(error), _TOOL_MISSING)
    except SweepError as error:
        return _failed(str(error), _CHECK_FAILED)
    except CosimulationError as error:
        # Of several lines: what a tool said.
        sys.stderr.write(f"xnorsim: {error}\n")
        return _CHECK_FAILED
    except _USAGE_ERROR as error:
        return _failed(error.format_message(), _WRONG_INPUT)
    except (BrokenPipeError, SystemExit):
        # The reader has read enough (typer leaves by SystemExit then): nothing is wrong.
        return _discard_output(_DONE)
    except OSError as error:
        if error.filename is not None:
            # Mostly a folder that may not be entered, or a name that is too long: such files cannot even be asked for.
            return _failed(f"{error.filename}: {error.strerror}", _WRONG_INPUT)
        return _discard_output(_failed(f"standard output: cannot be written: {error.strerror}", _WRONG_INPUT))


def _run(arguments: Sequence[str]) -> int:
    try:
        code: Any = app(list(arguments) or ["--help"], standalone_mode=False)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    sys.stdout.flush()
    if code == _INTERRUPTED:
        # typer turns an interrupt inside a command into this code.
        return _failed("interrupted", _INTERRUPTED)
    return code if isinstance(code, int) else _DONE


def _discard_output(code: int) -> int:
    """Keep Python from writing what is left, and failing again, when it exits."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _failed(message: str, code: int) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"xnorsim: {' '.join(message.split())}\n")
    return code
