"""What to know of those that a budget action would hit: whether they come back, are spared, or cannot be hit.

Source: RDS user guide, "Stopping an Amazon RDS DB instance temporarily" (seven days, read replicas, clusters);
Amazon EC2 Auto Scaling user guide (a stopped instance is replaced); Organizations user guide, "Service control
policies" (the management account and service-linked roles are not bound).
"""

from __future__ import annotations

from tools.domain.targets import Account, Database, Instance, Principal


def notes_on_policy(*, is_without_denial: bool) -> list[str]:
    """A policy that denies nothing restricts nobody."""
    if not is_without_denial:
        return []
    return ["it denies nothing, so attached beside what is there today it takes nothing away"]


def notes_on_principal(principal: Principal, *, is_spared: bool) -> list[str]:
    """Exceptions, boundaries, and who is hit with it."""
    notes = []
    if is_spared:
        notes.append("the policy excepts it by its ARN, so it loses nothing")
    if principal.boundary is not None:
        notes.append(f"its permissions boundary {principal.boundary} may take away some of it today already")
    if principal.kind == "group":
        notes.append(f"hits its {len(principal.members)} users")
    if principal.kind == "role":
        notes.append("hits everybody and everything that works with this role, running workloads included")
    if principal.groups:
        notes.append(f"what it may do today includes its groups: {', '.join(principal.groups)}")
    return notes


def notes_on_account(account: Account, management_account: str) -> list[str]:
    """Whom the policy binds in an account."""
    if account.id == management_account:
        return ["a service control policy binds nobody in the management account"]
    return ["binds every user and role in it, its root user included, but service-linked roles"]


def notes_on_instance(instance: Instance) -> list[str]:
    """An instance of an Auto Scaling group is replaced; a stopped one cannot be stopped again."""
    notes = []
    if instance.group is not None:
        notes.append(f"comes back: the Auto Scaling group {instance.group} replaces what is stopped")
    if instance.state != "running":
        notes.append(f"is {instance.state} today")
    return notes


def notes_on_database(database: Database) -> list[str]:
    """RDS starts what was stopped after seven days, and cannot stop members of clusters or of replications."""
    notes = []
    if database.cluster is not None:
        notes.append(f"cannot be stopped alone: it is a member of the cluster {database.cluster}")
    if database.replica_of is not None:
        notes.append(f"cannot be stopped: it is a read replica of {database.replica_of}")
    if database.replicas:
        notes.append(f"cannot be stopped while it has read replicas: {', '.join(database.replicas)}")
    if not notes:
        notes.append("comes back: RDS starts it again after seven days")
    if database.state != "available":
        notes.append(f"is {database.state} today")
    return notes
