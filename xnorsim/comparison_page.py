"""Two runs as one page: what is published of them, what the accelerators say, and why the two differ."""

import math
from collections.abc import Callable, Mapping

from rich.console import Console

from costmodel.cost import Estimate
from simulator.job import Job
from workloads.accounting.ecoformer import EcoFormerAccount
from workloads.accounting.published import PublishedRow, published_row
from workloads.accounting.rules import account
from workloads.networks import load_trace
from xnorsim.comparison import (
    ATTENTION,
    ECOFORMER,
    Outcome,
    Share,
    attention,
    attention_by_component_pj,
    attention_shares,
    by_operation,
    saving,
)
from xnorsim.console import console
from xnorsim.notes import warnings_of_run
from xnorsim.texts import energy_text, listed, shares_text, table_of, time_text, title

_NO_ARITHMETIC = ("flip-flop clock", "flip-flop data", "memory", "leakage")
"""The parts of components that compute nothing."""


def print_comparison(ours: Outcome, other: Outcome, on: Console | None = None) -> None:
    """Print the published accounting where there is one, then both runs side by side."""
    out = on or console()
    out.print(f"{ours.title}, against {other.title}", style="bold")
    for trace in {outcome.run.trace.name: outcome.run.trace for outcome in (ours, other)}.values():
        out.print(f"{trace.name}: {trace.description}")
    row = published_row(ours.run.trace, other.run.trace)
    accounts = None if row is None else _accounts(ours, row)
    if row is not None and accounts is not None:
        _published(out, row, *accounts)
    _totals(out, ours, other)
    _operations(out, ours, other)
    _components(out, ours, other)
    if accounts is not None:
        _why(out, ours, other, _claimed(*accounts))
    _ground(out, ours, other)


def _names(ours: Outcome, other: Outcome) -> tuple[str, str]:
    """Return what tells the two apart: their workloads, their accelerators, or both."""
    if ours.run.accelerator.name == other.run.accelerator.name:
        return ours.run.trace.name, other.run.trace.name
    if ours.run.trace.name == other.run.trace.name:
        return ours.run.accelerator.name, other.run.accelerator.name
    return ours.title, other.title


def _accounts(ours: Outcome, row: PublishedRow) -> tuple[EcoFormerAccount, EcoFormerAccount]:
    """Count both networks as they are published, whatever they are cast to here."""
    return account(load_trace(ours.run.trace.name), "ecoformer"), account(load_trace(row.baseline), "ecoformer")


def _published(out: Console, row: PublishedRow, counted: EcoFormerAccount, baseline: EcoFormerAccount) -> None:
    """Print the publication's row beside the same counts from our operations."""
    title(out, "The published accounting: multiplications and additions in fp32, nothing else")
    table = table_of(("", "<"), ("mul, 1e9", ">"), ("add, 1e9", ">"), ("energy, 1e9 pJ", ">"), ("saving", ">"))
    saved = f"{_claimed(counted, baseline):.1%} derived"
    table.add_row(f"{counted.workload}, published", row.mul, row.add, row.energy, row.saving or "not published")
    table.add_row(f"{counted.workload}, counted here", *_account_cells(counted), saved)
    table.add_row(f"{baseline.workload}, derived", *_account_cells(baseline), "")
    out.print(table)
    saving_from = f"; its saving: {row.saving_source}" if row.saving else ""
    out.print(
        f"Published: {row.source}{saving_from}. Derived: the same rule on the same network with softmax attention; "
        "no such row is published.",
        style="dim",
    )


def _claimed(counted: EcoFormerAccount, baseline: EcoFormerAccount) -> float:
    return saving(counted.energy_pj, baseline.energy_pj) or 0.0


def _account_cells(counted: EcoFormerAccount) -> list[str]:
    return [f"{counted.mul / 1e9:.4f}", f"{counted.add / 1e9:.4f}", f"{counted.energy_pj / 1e9:.3f}"]


def _totals(out: Console, ours: Outcome, other: Outcome) -> None:
    title(out, f"What the accelerator says ({ours.costs.technology.name})")
    a, b = ours.costs, other.costs
    table = table_of(("", "<"), *((name, ">") for name in _names(ours, other)), ("saving", ">"))

    def add(name: str, value: float, baseline: float, text: Callable[[float], str]) -> None:
        saved = saving(value, baseline)
        table.add_row(name, text(value), text(baseline), "" if saved is None else f"{saved:.1%}")

    add("cycles", a.cycles, b.cycles, lambda cycles: f"{cycles:,}")
    add("latency", a.latency_s, b.latency_s, time_text)
    add("area, mm2", a.area_mm2, b.area_mm2, lambda area: f"{area:.2f}")
    add("on-chip energy", a.energy_on_chip_pj, b.energy_on_chip_pj, energy_text)
    mine, theirs = attention(ours), attention(other)
    if mine is not None and theirs is not None:
        add("  attention alone", mine.on_chip_pj, theirs.on_chip_pj, energy_text)
        add("cycles of attention alone", mine.cycles, theirs.cycles, lambda cycles: f"{cycles:,}")
    out.print(table)
    out.print(f"Off-chip energy, in no total above: {_off_chip(ours)} against {_off_chip(other)}.")


def _off_chip(outcome: Outcome) -> str:
    if outcome.run.accelerator.dram is None:
        return "not modelled"
    return energy_text(outcome.costs.energy_off_chip_pj)


def _operations(out: Console, ours: Outcome, other: Outcome) -> None:
    title(out, "Cycles and on-chip energy by operation")
    names = _names(ours, other)
    table = table_of(("operation", "<"), *((name, ">") for name in names for _ in range(2)))
    mine, theirs = by_operation(ours), by_operation(other)
    for operation in dict.fromkeys((*mine, *theirs)):
        table.add_row(operation, *_share_cells(mine.get(operation)), *_share_cells(theirs.get(operation)))
    totals = (f"{ours.costs.cycles:,}", energy_text(ours.costs.energy_on_chip_pj),
              f"{other.costs.cycles:,}", energy_text(other.costs.energy_on_chip_pj))  # fmt: skip
    table.add_row("all", *totals, style="bold")
    out.print(table)


def _share_cells(share: Share | None) -> tuple[str, str]:
    return ("-", "-") if share is None else (f"{share.cycles:,}", energy_text(share.on_chip_pj))


def _components(out: Console, ours: Outcome, other: Outcome) -> None:
    title(out, "On-chip energy by component")
    names = _names(ours, other)
    networks = [outcome.costs.energy_by_component_pj for outcome in (ours, other)]
    attentions = [attention_by_component_pj(outcome) for outcome in (ours, other)]
    columns = networks if not all(attentions) else [*attentions, *networks]
    headings = [f"network: {name}" for name in names]
    if all(attentions):
        headings = [*(f"attention: {name}" for name in names), *headings]
    table = table_of(("component", "<"), *((heading, ">") for heading in headings))
    components = dict.fromkeys(name for energies in networks for name in energies)
    for component in sorted(components, key=lambda name: -networks[0].get(name, 0.0)):
        table.add_row(component, *(_energy_cell(energies, component) for energies in columns))
    table.add_row("all", *(energy_text(math.fsum(energies.values())) for energies in columns), style="bold")
    out.print(table)


def _energy_cell(energies: Mapping[str, float], component: str) -> str:
    return energy_text(energies[component]) if component in energies else "-"


def _why(out: Console, ours: Outcome, other: Outcome, claimed: float) -> None:
    """Say in two sentences why the accounting and the accelerator differ."""
    found = saving(ours.costs.energy_on_chip_pj, other.costs.energy_on_chip_pj) or 0.0
    arithmetic = [_arithmetic_share(outcome.costs) for outcome in (ours, other)]
    total = ours.costs.energy_on_chip_pj
    outside = {name: share.on_chip_pj / total for name, share in by_operation(ours).items() if name not in ATTENTION}
    largest = max(outside, key=lambda name: outside[name])
    title(out, f"Why {claimed:.1%} there and {found:.1%} here")
    names = ours.run.trace.name, other.run.trace.name
    out.print(
        f"The accounting prices multiplications and additions alone, but arithmetic takes only {arithmetic[1]:.1%} of "
        f"the on-chip energy of {names[1]} and {arithmetic[0]:.1%} of that of {names[0]}: clocks, registers, memories "
        "and leakage take the rest, and softmax, exp and the re-layout of operands are not free."
    )
    elsewhere = ours.run.accelerator.name != other.run.accelerator.name
    out.print(
        f"Of what {names[0]} takes, {sum(outside.values()):.0%} lies outside of its attention, in layers that are "
        f"nearly the same in both networks ({largest} alone: {outside[largest]:.0%}), and inside of it only "
        f"{_binary_share(ours):.1%} of the multiply-accumulates are binary on both sides: the others have values of "
        f"{_value_encodings(ours)} on one or both, and run on {_arrays_of_values(ours)}"
        + (f"; {other.run.accelerator.name} is another machine, too." if elsewhere else ".")
    )


def _ecoformer_jobs(outcome: Outcome) -> list[Job]:
    return [layer.job for layer in outcome.run.layer_runs if layer.operation == ECOFORMER and layer.job is not None]


def _binary_share(outcome: Outcome) -> float:
    """Return the share of EcoFormer's multiply-accumulates whose operands both have one plane."""
    jobs = _ecoformer_jobs(outcome)
    binary = sum(job.macs for job in jobs if job.encoding_a.is_binary and job.encoding_b.is_binary)
    return binary / sum(job.macs for job in jobs)


def _arrays_of_values(outcome: Outcome) -> str:
    """Return the arrays that run EcoFormer's products with values, by what they are made of."""
    arrays = outcome.run.accelerator.arrays
    used = dict.fromkeys(job.array for job in _ecoformer_jobs(outcome) if not job.encoding_b.is_binary)
    kinds = {
        name: "XNORs, plane by plane" if arrays[name].element is None else "multiply-accumulators" for name in used
    }
    return " and ".join(kinds.values())


def _value_encodings(outcome: Outcome) -> str:
    """Return the encodings of the values that EcoFormer's codes are multiplied with."""
    jobs = _ecoformer_jobs(outcome)
    return " or ".join(dict.fromkeys(job.encoding_b.name for job in jobs if not job.encoding_b.is_binary))


def _arithmetic_share(costs: Estimate) -> float:
    """Return the share of the on-chip energy that goes to units which compute."""
    parts = [(part, energy) for parts in costs.energy_by_part_pj.values() for part, energy in parts.items()]
    return math.fsum(energy for part, energy in parts if part not in _NO_ARITHMETIC) / costs.energy_on_chip_pj


def _ground(out: Console, ours: Outcome, other: Outcome) -> None:
    """Say what the numbers rest on: kinds of prices, what is not priced, what to mind."""
    title(
        out,
        f"What this rests on ({ours.costs.technology.name}: `xnorsim show technology {ours.costs.technology.name}`)",
    )
    for outcome in (ours, other):
        totals = {"on-chip energy": outcome.costs.energy_shares, "area": outcome.costs.area_shares}
        if attention(outcome) is not None:
            totals["attention alone"] = attention_shares(outcome)
        if outcome.costs.energy_off_chip_pj:
            totals["off-chip energy"] = outcome.costs.off_chip_shares
        out.print(f"{outcome.title}: {shares_text(totals)}.")
    _notes(out, "Not priced", ours, other, lambda outcome: outcome.costs.not_priced)
    _notes(out, "Mind", ours, other, lambda outcome: (*warnings_of_run(outcome.run), *outcome.costs.warnings))


def _notes(
    out: Console, heading: str, ours: Outcome, other: Outcome, notes: Callable[[Outcome], tuple[str, ...]]
) -> None:
    """Print the notes of both runs; what is true of one only says of which."""
    mine, theirs = notes(ours), notes(other)
    both = [text for text in mine if text in theirs]
    single = [
        f"{name}: {text}"
        for name, texts in zip(_names(ours, other), (mine, theirs), strict=True)
        for text in texts
        if text not in both
    ]
    listed(out, heading, (*both, *single))
