"""GetDimensionValues, GetTags, GetCostCategories and ListCostAllocationTags: what there is to filter by."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from local.cost_explorer.asked import Asked, invalid, refuse_unbuilt
from local.cost_explorer.cost_and_usage import Lines, describe_accounts, find_lines, read_metrics
from local.cost_explorer.expressions import check_dimension, read_filter
from local.cost_explorer.paging import page
from local.cost_explorer.periods import check_history, read_period
from local.ledger.filters import category_value, dimension_value, tag_value
from local.ledger.ledger import METRIC_COLUMNS
from local.ledger.table import Series, Table, total
from local.refusal import Refused

Wire = dict[str, Any]
Valued = Iterable[tuple[str | None, Series]]

MAXIMUM = 1000
CONTEXTS = ("COST_AND_USAGE", "RESERVATIONS", "SAVINGS_PLANS")


def get_dimension_values(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetDimensionValues. Raises Refused where AWS would."""
    refuse_unbuilt(params, "BillingViewArn", "DimensionKey")
    dimension, context = params["Dimension"], params.get("Context") or CONTEXTS[0]
    if context not in CONTEXTS:
        raise invalid(f"Context {context} is not valid: {', '.join(CONTEXTS)} are.")
    check_dimension(dimension)
    valued = [(dimension_value(item, dimension), series) for item, series in _items(context, params, asked)]
    values, answer = _list(valued, params, asked)
    described = {one["Value"]: one for one in describe_accounts(values, asked)}
    is_account = dimension == "LINKED_ACCOUNT"
    answer["DimensionValues"] = [
        described[value] if is_account and value in described else {"Value": value, "Attributes": {}}
        for value in values
    ]
    return answer


def get_tags(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetTags: the tag keys, or the values of one key (empty for untagged lines)."""
    refuse_unbuilt(params, "BillingViewArn")
    key = params.get("TagKey")
    lines = find_lines(params.get("Filter"), asked)
    values, answer = _list(_keys_or_values(lines, key, "tags", tag_value), params, asked)
    answer["Tags"] = values
    return answer


def get_cost_categories(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetCostCategories: the names of the categories, or the values of one."""
    refuse_unbuilt(params, "BillingViewArn")
    name = params.get("CostCategoryName")
    lines = find_lines(params.get("Filter"), asked)
    values, answer = _list(_keys_or_values(lines, name, "cost_categories", category_value), params, asked)
    answer["CostCategoryValues" if name else "CostCategoryNames"] = values
    return answer


def list_cost_allocation_tags(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to ListCostAllocationTags: every tag key of the ledger, all of them active.

    Raises Refused: AccessDeniedException for a member account, as only the payer manages these tags.
    """
    if asked.account_id != asked.ledger.management_account:
        raise Refused("AccessDeniedException", "Linked account doesn't have access to cost allocation tags.")
    keys = sorted({key for line in asked.ledger.costs for key, _ in line.tags})
    tags = [
        {
            "TagKey": key,
            "Type": "AWSGenerated" if key.startswith("aws:") else "UserDefined",
            "Status": "Active",
        }
        for key in keys
        if params.get("TagKeys") is None or key in params["TagKeys"]
    ]
    wanted = [
        tag
        for tag in tags
        if params.get("Status") in (None, tag["Status"]) and params.get("Type") in (None, tag["Type"])
    ]
    shown, token = page(wanted, params.get("MaxResults") or 100, params, "NextToken")
    return {"CostAllocationTags": list(shown), "NextToken": token}


def _items(context: str, params: Mapping[str, Any], asked: Asked) -> Iterable[tuple[Any, Series]]:
    if context == "COST_AND_USAGE":
        return find_lines(params.get("Filter"), asked)
    is_wanted = read_filter(params.get("Filter"))
    names = ("reservations", "reservable") if context == "RESERVATIONS" else ("savings_plans", "eligible")
    tables: list[Table[Any]] = [getattr(asked.ledger, name) for name in names]
    return [
        (item, series)
        for table in tables
        for item, series in table.items()
        if asked.ledger.is_visible(item.account, asked.account_id) and is_wanted(item)
    ]


def _keys_or_values(
    lines: Lines, key: str | None, attribute: str, read: Callable[[Any, str], str | None]
) -> list[tuple[str | None, Series]]:
    if key is None:
        return [(name, series) for line, series in lines for name, _ in getattr(line, attribute)]
    known = any(key == name for line, _ in lines for name, _ in getattr(line, attribute))
    return [(read(line, key) or "", series) for line, series in lines] if known else []


def _list(valued: Valued, params: Mapping[str, Any], asked: Asked) -> tuple[list[str], Wire]:
    """The distinct values of the period, searched, sorted and cut to a page, and the sizes of both."""
    start, end = read_period(params["TimePeriod"], None)
    # Values are kept for as long as monthly costs are.
    check_history(start, end, "MONTHLY", asked)
    visible_end = min(end.date(), asked.today + timedelta(days=1))
    found: dict[str, list[Series]] = {}
    for value, series in valued:
        if value is not None and series.is_present(start.date().toordinal(), visible_end.toordinal()):
            found.setdefault(value, []).append(series)
    search, sort_by = params.get("SearchString"), params.get("SortBy")
    if sort_by:
        if search is not None or params.get("NextPageToken") is not None:
            raise invalid("NextPageToken and SearchString aren't supported when using SortBy")
        values = _sorted_by_metric(found, sort_by, start.date(), visible_end)
        size = params.get("MaxResults") or MAXIMUM
        if size > MAXIMUM:
            raise invalid(f"MaxResults must be at most {MAXIMUM}.")
        shown, token = values[:size], None
    else:
        values = sorted(value for value in found if search is None or search.casefold() in value.casefold())
        # MaxResults is used only together with SortBy (API reference).
        rest, token = page(values, MAXIMUM, params)
        shown = list(rest)
    return shown, {"ReturnSize": len(shown), "TotalSize": len(values), "NextPageToken": token}


def _sorted_by_metric(
    found: Mapping[str, list[Series]], sort_by: list[Mapping[str, Any]], start: Any, end: Any
) -> list[str]:
    values = sorted(found)
    for definition in reversed(sort_by):
        order = definition.get("SortOrder") or "DESCENDING"
        if order not in ("ASCENDING", "DESCENDING"):
            raise invalid(f"SortOrder {order} is not valid: ASCENDING and DESCENDING are.")
        (metric,) = read_metrics([definition["Key"]])
        columns = METRIC_COLUMNS[metric]
        totals = {value: total(series, columns, start, end) for value, series in found.items()}
        values.sort(key=totals.__getitem__, reverse=order == "DESCENDING")
    return values
