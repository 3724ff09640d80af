"""The user's own spending: every line is used, set aside or named as a problem."""

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.imports.catalogue import FORMATS, UnknownFormatError, load
from local.imports.imported import Imported, spread
from local.imports.services import service_of_console
from local.ledger.figures import actual
from local.ledger.ledger import MANAGEMENT_ACCOUNT

DATA = Path(__file__).parents[2] / "data"
EC2 = "Amazon Elastic Compute Cloud - Compute"


def spent(imported: Imported, start: date, end: date, **budget: Any) -> Decimal:
    figure = actual(
        imported.ledger, {"BudgetType": "COST", **budget}, start, end, account_id=MANAGEMENT_ACCOUNT
    )
    assert figure is not None
    return figure


def all_of(imported: Imported, **budget: Any) -> Decimal:
    return spent(imported, date(2000, 1, 1), date(2100, 1, 1), **budget)


def of(service: str) -> dict[str, Any]:
    return {"CostFilters": {"Service": [service]}}


def write(directory: Path, text: str) -> Path:
    path = directory / "costs.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda path: path.name)
def test_every_line_is_used_or_set_aside_or_a_problem(path: Path) -> None:
    imported = load(path)
    assert imported.lines_used > 0
    assert imported.lines_read == imported.lines_used + imported.lines_set_aside + len(imported.problems)


class TestFocus:
    def test_billed_cost_is_unblended_and_effective_cost_amortized(self) -> None:
        imported = load(DATA / "focus_small.csv")
        assert all_of(imported, **of(EC2)) == Decimal("1.25")
        assert all_of(imported, **of(EC2), CostTypes={"UseAmortized": True}) == Decimal("1.5")

    def test_services_units_and_tags_are_named_as_cost_explorer_does(self) -> None:
        imported = load(DATA / "focus_small.csv")
        line = next(line for line in imported.ledger.costs if line.account == "021000000001")
        assert (line.service, line.unit, line.availability_zone) == (EC2, "Hrs", "us-east-1a")
        assert dict(line.tags) == {"team": "web", "environment": "dev"}
        assert any("21000000001 became 021000000001" in note for note in imported.notes)

    def test_charge_categories_become_record_types(self) -> None:
        imported = load(DATA / "focus_small.csv")
        kinds = {line.record_type for line in imported.ledger.costs}
        assert kinds == {"Usage", "SavingsPlanCoveredUsage", "Credit"}
        without_credit = all_of(imported, CostTypes={"IncludeCredit": False})
        assert without_credit - all_of(imported) == 3

    def test_a_charge_over_a_month_is_spread_over_its_days(self) -> None:
        imported = load(DATA / "focus_small.csv")
        assert spent(imported, date(2026, 9, 1), date(2026, 9, 11), **of("AWS Lambda")) == -1

    def test_lines_of_other_providers_are_counted_and_named(self) -> None:
        imported = load(DATA / "focus_small.csv")
        assert imported.lines_set_aside == 1
        assert any("Microsoft 1" in note for note in imported.notes)

    def test_lines_that_cannot_be_read_are_named_with_their_number(self) -> None:
        problems = dict(load(DATA / "focus_small.csv").problems)
        assert list(problems) == [6, 7, 8, 9]
        assert "BilledCost is no number: 'abc'" in problems[6]
        assert "'yesterday'" in problems[7]
        assert "Tags" in problems[8]
        assert "3 cells where the header has 19" in problems[9]

    def test_a_gzipped_file_is_the_same_file(self, tmp_path: Path) -> None:
        packed = tmp_path / "focus.csv.gz"
        packed.write_bytes(gzip.compress((DATA / "focus_small.csv").read_bytes()))
        assert all_of(load(packed)) == all_of(load(DATA / "focus_small.csv"))

    def test_another_currency_is_refused(self, tmp_path: Path) -> None:
        text = "ChargePeriodStart,BilledCost,ServiceName,BillingCurrency\n2026-09-01T00:00:00Z,1,AWS Lambda,EUR\n"
        with pytest.raises(ValueError, match="line 2 is in EUR; only USD"):
            load(write(tmp_path, text))


class TestConsole:
    def test_totals_are_not_counted_again(self) -> None:
        imported = load(DATA / "console_by_service.csv")
        assert all_of(imported) == Decimal("1270.06")
        assert imported.lines_set_aside == 1
        assert (imported.first_day, imported.last_day) == (date(2026, 7, 1), date(2026, 8, 31))

    def test_names_of_the_console_become_those_of_the_api(self) -> None:
        imported = load(DATA / "console_by_service.csv")
        assert all_of(imported, **of(EC2)) == Decimal("1200.01")
        assert all_of(imported, **of("Amazon Relational Database Service")) == Decimal("60.05")
        assert {line.record_type for line in imported.ledger.costs} == {"Usage", "Tax"}

    def test_a_name_that_is_explained_is_known_and_one_that_is_not_known_stays(self) -> None:
        assert service_of_console("EC2-Instances (Elastic Compute Cloud - Compute)") == EC2
        assert service_of_console("S3 (Simple Storage Service)") == "Amazon Simple Storage Service"
        assert service_of_console("Support (Business)") == "AWS Support (Business)"
        assert service_of_console("Something New (Beta)") == "Something New (Beta)"

    def test_a_row_with_an_unreadable_amount_is_named_and_left_out_whole(self) -> None:
        assert load(DATA / "console_by_service.csv").problems == [
            (5, "Relational Database Service is no number: 'thirty'")
        ]

    def test_a_table_turned_around_is_read_as_well(self) -> None:
        imported = load(DATA / "console_by_service_turned.csv")
        assert all_of(imported) == Decimal("1201.51")
        assert spent(imported, date(2026, 8, 1), date(2026, 9, 1)) == Decimal("1100.01")
        assert all_of(imported, **of("Amazon Simple Storage Service")) == Decimal("1.5")

    def test_costs_by_linked_account_keep_their_account(self) -> None:
        imported = load(DATA / "console_by_account.csv")
        production = {"CostFilters": {"LinkedAccount": ["210000000002"]}}
        assert spent(imported, date(2026, 9, 29), date(2026, 9, 30), **production) == 200
        assert imported.last_day == date(2026, 9, 29)


class TestTidy:
    def test_a_month_is_spread_over_its_days_and_adds_up_exactly(self) -> None:
        imported = load(DATA / "tidy_small.csv")
        february = spent(imported, date(2026, 2, 1), date(2026, 3, 1))
        assert february == Decimal("100.500000000001")
        assert Decimal("3.5") < spent(imported, date(2026, 2, 2), date(2026, 2, 3)) < Decimal("3.6")

    def test_sums_are_set_aside_and_columns_become_dimensions(self) -> None:
        imported = load(DATA / "tidy_small.csv")
        assert any("'TOTAL'" in note for note in imported.notes)
        assert all_of(imported, CostFilters={"TagKeyValue": ["user:team$data"]}) == Decimal(
            "100.000000000001"
        )
        assert {(line.account, line.region) for line in imported.ledger.costs} == {
            ("210000000003", "us-west-2")
        }

    def test_unreadable_lines_are_all_named(self) -> None:
        assert [number for number, _ in load(DATA / "tidy_small.csv").problems] == [5, 6, 7, 8]

    def test_the_list_of_problems_is_not_capped(self, tmp_path: Path) -> None:
        lines = "".join(f"2026-01,AWS Glue,x{number}\n" for number in range(5000))
        imported = load(write(tmp_path, f"period,service,amount\n{lines}"))
        assert len(imported.problems) == 5000
        assert imported.last_day is None

    def test_days_that_are_all_firsts_of_months_stand_for_months(self, tmp_path: Path) -> None:
        text = "period,service,amount\n2026-01-01,AWS Glue,31\n2026-02-01,AWS Glue,28\n"
        imported = load(write(tmp_path, text))
        assert imported.last_day == date(2026, 2, 28)
        assert spent(imported, date(2026, 2, 10), date(2026, 2, 11)) == 1

    def test_accounts_that_are_names_get_a_stand_in_that_is_told(self, tmp_path: Path) -> None:
        text = "period,service,amount,account\n2026-01,AWS Glue,31,demo\n2026-01,AWS Glue,1,other\n"
        imported = load(write(tmp_path, text))
        assert imported.account_names == {MANAGEMENT_ACCOUNT: "demo", "000000000001": "other"}
        assert len([note for note in imported.notes if "is no account id" in note]) == 2

    def test_another_currency_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="line 2 is in EUR"):
            load(write(tmp_path, "period,service,amount,currency\n2026-01,AWS Glue,31,EUR\n"))


def test_a_file_of_no_known_format_is_refused_with_the_formats_and_its_columns(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError, match=r"columns day, euros\.") as refused:
        load(write(tmp_path, "day,euros\n1,2\n"))
    assert all(one.name in str(refused.value) for one in FORMATS)


def test_an_empty_file_and_one_that_is_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is empty"):
        load(write(tmp_path, ""))
    (tmp_path / "costs.csv").write_bytes(b"period,service\xff\xfe")
    with pytest.raises(ValueError, match="not text in UTF-8"):
        load(tmp_path / "costs.csv")


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=10), st.integers(min_value=1, max_value=31))
def test_a_spread_amount_adds_up_and_is_even(amount: Decimal, days: int) -> None:
    shares = [share for _, share in spread(amount, date(2026, 1, 1), days)]
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= Decimal("0.000000000001")
