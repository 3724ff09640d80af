"""Which cost lines a budget's filters or a Cost Explorer expression let through."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from local.ledger.record import Pairs

Predicate = Callable[[Any], bool]

# Dimension of an expression -> attribute of a line. From the Dimension enumerations of the service models.
DIMENSIONS: Mapping[str, str] = {
    "AZ": "availability_zone",
    "INSTANCE_TYPE": "instance_type",
    "LINKED_ACCOUNT": "account",
    "OPERATION": "operation",
    "PURCHASE_TYPE": "purchase_type",
    "REGION": "region",
    "SERVICE": "service",
    "USAGE_TYPE": "usage_type",
    "USAGE_TYPE_GROUP": "usage_type_group",
    "RECORD_TYPE": "record_type",
    "TENANCY": "tenancy",
    "PLATFORM": "platform",
    "OPERATING_SYSTEM": "platform",
    "SUBSCRIPTION_ID": "reservation_id",
    "RESERVATION_ID": "reservation_id",
    "LEGAL_ENTITY_NAME": "legal_entity",
    "INVOICING_ENTITY": "invoicing_entity",
    "DATABASE_ENGINE": "database_engine",
    "INSTANCE_TYPE_FAMILY": "instance_family",
    "BILLING_ENTITY": "billing_entity",
    "SAVINGS_PLANS_TYPE": "savings_plans_type",
    "SAVINGS_PLAN_ARN": "savings_plan_arn",
    # What no line of this ledger carries is absent from every line.
    "SERVICE_CODE": "",
    "SCOPE": "",
    "DEPLOYMENT_OPTION": "",
    "CACHE_ENGINE": "",
    "RESOURCE_ID": "",
    "LINKED_ACCOUNT_NAME": "",
    "RIGHTSIZING_TYPE": "",
    "PAYMENT_OPTION": "payment_option",
    "RESERVATION_MODIFIED": "",
    "TAG_KEY": "",
    "COST_CATEGORY_NAME": "",
    "AGREEMENT_END_DATE_TIME_AFTER": "",
    "AGREEMENT_END_DATE_TIME_BEFORE": "",
    "ANOMALY_TOTAL_IMPACT_ABSOLUTE": "",
    "ANOMALY_TOTAL_IMPACT_PERCENTAGE": "",
}

# Key of a budget's CostFilters -> dimension. The first twelve with TagKeyValue and CostCategory are the
# keys a COST budget may have; the rest belong to usage, reservation and Savings Plans budgets.
COST_FILTER_KEYS: Mapping[str, str] = {
    "PurchaseType": "PURCHASE_TYPE",
    "UsageTypeGroup": "USAGE_TYPE_GROUP",
    "Service": "SERVICE",
    "Operation": "OPERATION",
    "UsageType": "USAGE_TYPE",
    "BillingEntity": "BILLING_ENTITY",
    "LinkedAccount": "LINKED_ACCOUNT",
    "LegalEntityName": "LEGAL_ENTITY_NAME",
    "InvoicingEntity": "INVOICING_ENTITY",
    "AZ": "AZ",
    "Region": "REGION",
    "InstanceType": "INSTANCE_TYPE",
    "Platform": "PLATFORM",
    "Tenancy": "TENANCY",
    "SavingsPlansType": "SAVINGS_PLANS_TYPE",
    "InstanceFamily": "INSTANCE_TYPE_FAMILY",
    "InstanceTypeFamily": "INSTANCE_TYPE_FAMILY",
}


def dimension_value(item: Any, dimension: str) -> str | None:
    """The item's value of an expression dimension; `None` where it has none. KeyError: no such dimension."""
    attribute = DIMENSIONS[dimension]
    if not attribute:
        return None
    if attribute == "instance_family":
        return instance_family(item)
    value = getattr(item, attribute, None)
    if dimension == "SAVINGS_PLANS_TYPE" and value is None:
        value = getattr(item, "plan_type", None)
    if dimension == "SAVINGS_PLAN_ARN" and value is None:
        value = getattr(item, "arn", None)
    if dimension in ("SUBSCRIPTION_ID", "RESERVATION_ID") and value is None:
        value = getattr(item, "subscription_id", None)
    return value


def blank_value(dimension: str) -> str:
    """What Cost Explorer shows for lines that have no value of a dimension: `NoRegion`, `NoInstanceType`."""
    words = dimension.split("_")
    return "No" + "".join(word if word == "AZ" else word.capitalize() for word in words)


def instance_family(item: Any) -> str | None:
    """The family of an instance type: `m5` of `m5.large`, `db.r5` of `db.r5.large`."""
    family: str | None = getattr(item, "instance_family", None)
    if family is not None:
        return family
    instance_type: str | None = getattr(item, "instance_type", None)
    return instance_type.rpartition(".")[0] if instance_type else None


def tag_value(item: Any, key: str) -> str | None:
    """The item's value of a tag; `None` where it is not tagged with the key."""
    return _pair_value(getattr(item, "tags", ()), key)


def category_value(item: Any, name: str) -> str | None:
    """The item's value in a cost category; `None` where no rule of the category applies."""
    return _pair_value(getattr(item, "cost_categories", ()), name)


def _pair_value(pairs: Pairs, wanted: str) -> str | None:
    return next((value for key, value in pairs if key == wanted), None)


def match_cost_filters(cost_filters: Mapping[str, Sequence[str]]) -> Predicate:
    """The predicate of a budget's CostFilters: keys are ANDed, the values of a key ORed.

    A tag is written `user:<Key>$<Value>` (`aws:<Key>$<Value>` for AWS's own), a cost category
    `<Name>$<Value>`; a tag without its prefix matches nothing, as on AWS. ValueError: an unknown key.
    """
    tests = [_match_cost_filter(key, values) for key, values in cost_filters.items()]
    return lambda item: all(test(item) for test in tests)


def _match_cost_filter(key: str, values: Sequence[str]) -> Predicate:
    if key == "TagKeyValue":
        wanted_tags = [tag for tag in map(_tag_of_cost_filter, values) if tag is not None]
        return lambda item: any((tag_value(item, name) or "") == value for name, value in wanted_tags)
    if key == "CostCategory":
        wanted = [(name, value) for name, _, value in (one.partition("$") for one in values)]
        return lambda item: any((category_value(item, name) or "") == value for name, value in wanted)
    if key not in COST_FILTER_KEYS:
        known = ", ".join(sorted([*COST_FILTER_KEYS, "CostCategory", "TagKeyValue"]))
        raise ValueError(f"no cost filter key is called {key!r}; known are {known}")
    dimension = COST_FILTER_KEYS[key]
    allowed = frozenset(values)
    return lambda item: dimension_value(item, dimension) in allowed


def _tag_of_cost_filter(value: str) -> tuple[str, str] | None:
    name, dollar, wanted = value.partition("$")
    if not dollar:
        return None
    if name.startswith("user:"):
        return name.removeprefix("user:"), wanted
    return (name, wanted) if name.startswith("aws:") else None


def match_expression(expression: Mapping[str, Any] | None) -> Predicate:
    """The predicate of an Expression (FilterExpression of a budget, Filter of Cost Explorer).

    None or an empty expression lets everything through. ValueError: more than one root, an unknown
    operator or dimension.
    """
    if not expression:
        return _match_all
    if len(expression) != 1:
        raise ValueError(
            "Expression has more than one roots. Only one root operator is allowed for each expression: "
            "And, Or, Not, Dimensions, Tags, CostCategories"
        )
    ((operator, operand),) = expression.items()
    if operator == "And":
        tests = [match_expression(one) for one in operand]
        return lambda item: all(test(item) for test in tests)
    if operator == "Or":
        tests = [match_expression(one) for one in operand]
        return lambda item: any(test(item) for test in tests)
    if operator == "Not":
        inner = match_expression(operand)
        return lambda item: not inner(item)
    if operator == "Dimensions":
        return _match_dimension(operand)
    if operator in ("Tags", "CostCategories"):
        read = tag_value if operator == "Tags" else category_value
        key = operand["Key"]
        matches = _match_value(operand.get("Values", ()), operand.get("MatchOptions"), "")
        return lambda item: matches(read(item, key))
    raise ValueError(f"no expression operator is called {operator!r}")


def _match_all(item: Any) -> bool:  # noqa: ARG001  (a predicate has one argument)
    return True


def _match_dimension(operand: Mapping[str, Any]) -> Predicate:
    dimension = operand["Key"]
    if dimension not in DIMENSIONS:
        raise ValueError(f"no dimension is called {dimension!r}; known are {', '.join(sorted(DIMENSIONS))}")
    matches = _match_value(operand.get("Values", ()), operand.get("MatchOptions"), blank_value(dimension))
    return lambda item: matches(dimension_value(item, dimension))


def _match_value(
    values: Sequence[str], options: Sequence[str] | None, blank: str
) -> Callable[[str | None], bool]:
    """How one value is compared. Default options are EQUALS and CASE_SENSITIVE (Cost Explorer API reference).

    `blank` is the wanted value that stands for lines that have none.
    """
    chosen = frozenset(options or ("EQUALS", "CASE_SENSITIVE"))
    if "ABSENT" in chosen:
        return lambda value: value is None
    fold: Callable[[str], str] = str.casefold if "CASE_INSENSITIVE" in chosen else str
    wanted = [fold(value) for value in values]
    compare = _comparison(chosen)
    blank_matches = fold(blank) in wanted

    def matches(value: str | None) -> bool:
        if value is None:
            return blank_matches
        folded = fold(value)
        return any(compare(folded, one) for one in wanted)

    return matches


def _comparison(options: frozenset[str]) -> Callable[[str, str], bool]:
    if "STARTS_WITH" in options:
        return str.startswith
    if "ENDS_WITH" in options:
        return str.endswith
    if "CONTAINS" in options:
        return str.__contains__
    if "GREATER_THAN_OR_EQUAL" in options:
        return _is_at_least
    return str.__eq__


def _is_at_least(value: str, wanted: str) -> bool:
    try:
        return Decimal(value) >= Decimal(wanted)
    except InvalidOperation:
        return False
