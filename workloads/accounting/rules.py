"""``account``: a workload counted by a published rule."""

from workloads.accounting.ecoformer import EcoFormerAccount, ecoformer
from workloads.errors import InputError, problem
from workloads.trace import Trace

RULES = {"ecoformer": ecoformer}


def account(trace: Trace, rule: str) -> EcoFormerAccount:
    """Count a workload's operations by a published rule.

    Errors: InputError for an unknown rule, or a workload that the rule does not cover.
    """
    if rule not in RULES:
        raise InputError(problem("rule", f"must be {' or '.join(RULES)}", rule))
    return RULES[rule](trace)
