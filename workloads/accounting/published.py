"""What is published of networks that ``account`` counts, digit by digit as printed."""

from dataclasses import dataclass

from workloads.trace import Trace

README = "https://github.com/ziplab/EcoFormer, README, commit a277f9e"
ABSTRACT = "EcoFormer, NeurIPS 2022, arXiv 2209.09004, abstract"


@dataclass(frozen=True)
class PublishedRow:
    """A row of a publication's table, and the network that it saves energy against.

    Units: multiplications and additions in 1e9, energy in 1e9 pJ; ``saving`` is empty where none is published.
    """

    mul: str
    add: str
    energy: str
    source: str
    baseline: str
    saving: str = ""
    saving_source: str = ""


PUBLISHED = {
    "ecoformer-pvtv2-b0": PublishedRow("0.54", "0.56", "2.5", README, "pvtv2-b0", "73 %", ABSTRACT),
    "ecoformer-pvtv2-b1": PublishedRow("2.03", "2.09", "9.4", README, "pvtv2-b1"),
    "ecoformer-twins-svt-s": PublishedRow("2.72", "2.81", "12.6", README, "twins-svt-s"),
}
"""By network, each with its default parameters."""


def published_row(trace: Trace, baseline: Trace) -> PublishedRow | None:
    """Return what is published of a network beside its baseline; None if it is not just these two."""
    row = PUBLISHED.get(trace.name)
    if row is None or baseline.name != row.baseline or trace.parameters or baseline.parameters:
        return None
    return row
