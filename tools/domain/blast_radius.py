"""What a restriction takes from a principal: what it may do today, what it may no longer do, and what it keeps.

Judged by the actions of its policies, in words. Resources and conditions of what is allowed are passed over, so
what is said to be lost may have been allowed on some resources only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.domain.action_patterns import (
    EVERYTHING,
    READING,
    by_service,
    common,
    covers,
    lines_of,
    listed,
    name_in,
    overlap,
    service_of,
    without_covered,
)
from tools.domain.policies import Statement, statements_of
from tools.domain.targets import Policy

MOST_ACTIONS = 20
"""How many actions of one service are shown, next to the count of the others."""

# Services that people need to understand and repair a bill. Source: Service Authorization Reference.
_BILLING = ("account", "billing", "budgets", "ce", "cur", "invoicing", "payments", "tax")
_HELPFUL = (("support", ("support",)), ("billing", _BILLING))


@dataclass(frozen=True, slots=True)
class Impact:
    """What becomes of a principal's permissions, one line per service.

    `only` are losses that hold on some resources or under conditions. `spared` says that the policy excepts it.
    """

    may_today: list[str]
    may_no_longer: list[str]
    only: list[str]
    keeps: list[str]
    spared: bool


@dataclass(frozen=True, slots=True)
class _Grant:
    """An allowed pattern, and what is not part of it."""

    pattern: str
    exceptions: tuple[str, ...] = ()


def impact_on(principal_arn: str, policies: Sequence[Policy], restriction: Policy) -> Impact:
    """What a restriction that is attached to the principal changes, given the policies it has."""
    own = [each for policy in policies for each in statements_of(policy.document)]
    denials = [each for each in statements_of(restriction.document) if each.is_deny]
    binding = [each for each in denials if not each.spares(principal_arn)]
    grants = _grants(own, principal_arn)
    whole = [each for each in binding if each.limits(principal_arn) is None]
    lost = without_covered(loss for grant in grants for each in whole for loss in _losses(grant, each))
    return Impact(
        may_today=_kept(grants, []),
        may_no_longer=by_service(lost, MOST_ACTIONS),
        only=_limited(grants, binding, principal_arn),
        keeps=[*_in_general(grants, whole), *_kept(grants, whole)],
        spared=bool(denials) and not binding,
    )


def denied_by(restriction: Policy) -> list[str]:
    """What a policy denies, one line per service, with the limits of each statement."""
    lines = []
    for each in statements_of(restriction.document):
        if each.is_deny:
            limits = each.limits()
            suffix = f" ({limits})" if limits else ""
            but = f"everything but {listed(each.not_actions, MOST_ACTIONS)}"
            described = [but] if each.not_actions else by_service(without_covered(each.actions), MOST_ACTIONS)
            lines += [f"{line}{suffix}" for line in described]
    return lines


def denies_nothing(restriction: Policy) -> bool:
    """Whether a policy has no statement that denies: attached, it takes nothing away."""
    return not any(each.is_deny for each in statements_of(restriction.document))


def _grants(own: Sequence[Statement], principal_arn: str) -> list[_Grant]:
    """What the principal's own policies allow and do not deny wholly themselves."""
    denied = [
        pattern
        for each in own
        if each.is_deny and each.actions and each.limits(principal_arn) is None
        for pattern in each.actions
        if not each.spares(principal_arn)
    ]
    return [
        _Grant(pattern, (*each.not_actions, *_parts_of(pattern, denied)))
        for each in own
        if not each.is_deny
        for pattern in each.matched
        if not any(covers(wide, pattern) for wide in denied)
    ]


def _parts_of(pattern: str, denied: Sequence[str]) -> list[str]:
    """What of a pattern is denied today already."""
    return [met for each in denied if (met := common(pattern, each)) is not None]


def _losses(grant: _Grant, denial: Statement) -> list[str]:
    """What a denial takes of a grant, as patterns or in words."""
    if denial.not_actions:
        kept = [each for each in denial.not_actions if overlap(each, grant.pattern)]
        if any(covers(each, grant.pattern) for each in kept):
            return []
        return [f"{grant.pattern} but {listed(kept, MOST_ACTIONS)}" if kept else grant.pattern]
    met = [common(grant.pattern, each) for each in denial.actions]
    return [
        each for each in met if each is not None and not any(covers(wide, each) for wide in grant.exceptions)
    ]


def _limited(grants: Sequence[_Grant], binding: Sequence[Statement], principal_arn: str) -> list[str]:
    lines = []
    for each in binding:
        limits = each.limits(principal_arn)
        if limits is None:
            continue
        lost = without_covered(loss for grant in grants for loss in _losses(grant, each))
        lines += [f"{line} ({limits})" for line in by_service(lost, MOST_ACTIONS)]
    return lines


def _kept(grants: Sequence[_Grant], whole: Sequence[Statement]) -> list[str]:
    """What remains of the grants, one line per service: `ec2: everything but RunInstances`."""
    widest = set(without_covered(each.pattern for each in grants))
    names = []
    for grant in (each for each in dict.fromkeys(grants) if each.pattern in widest):
        if _is_lost(grant.pattern, whole):
            continue
        service = service_of(grant.pattern)
        losses = [*grant.exceptions, *(loss for each in whole for loss in _losses(grant, each))]
        lost = [
            each if service == EVERYTHING else each.removeprefix(f"{service}:")
            for each in without_covered(losses)
        ]
        but = f" but {listed(lost, MOST_ACTIONS)}" if lost else ""
        names.append((service, f"{name_in(grant.pattern)}{but}"))
    return lines_of(dict.fromkeys(names), MOST_ACTIONS)


def _in_general(grants: Sequence[_Grant], whole: Sequence[Statement]) -> list[str]:
    """`read access: ec2, s3`, `support`, `billing`, as far as they were allowed and stay so."""
    services = sorted({service_of(each.pattern) for each in grants})
    reading = [each for each in services if _reads(each, grants, whole)]
    lines = []
    if reading:
        all_services = EVERYTHING in reading
        lines.append("read access" + ("" if all_services else f": {listed(reading, MOST_ACTIONS)}"))
    for name, needed in _HELPFUL:
        if any(_may(f"{service}:*", grants, whole) for service in needed):
            lines.append(name)
    return lines


def _reads(service: str, grants: Sequence[_Grant], whole: Sequence[Statement]) -> bool:
    return any(
        _may(f"{service}:{verb}", [each for each in grants if service_of(each.pattern) == service], whole)
        for verb in READING
    )


def _may(wanted: str, grants: Sequence[_Grant], whole: Sequence[Statement]) -> bool:
    """Whether something that the pattern matches is allowed and stays so."""
    for grant in grants:
        met = common(grant.pattern, wanted)
        if met is None or any(covers(each, met) for each in grant.exceptions):
            continue
        if not _is_lost(met, whole) and not _is_lost(wanted, whole):
            return True
    return False


def _is_lost(pattern: str, whole: Sequence[Statement]) -> bool:
    """Whether every action that the pattern matches is denied."""
    return any(
        not any(overlap(each, pattern) for each in denial.not_actions)
        if denial.not_actions
        else any(covers(each, pattern) for each in denial.actions)
        for denial in whole
    )
