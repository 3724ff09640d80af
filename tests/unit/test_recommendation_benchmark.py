"""The benchmark of recommendations: what it prints, what its scores mean, and that nobody sees the future."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.contestants import RULES
from benchmarks.monthly_series import Account, UnreadableSeriesError, read_series
from benchmarks.recommendations import main
from benchmarks.statistical_contestants import statistical_contestants
from benchmarks.synthetic_worlds import HALVES, WORLDS, world
from benchmarks.walk_forward import Trial, score, walk_forward

MONTHS = [100, 110, 90, 105, 95, 120, 100]


def a_file(tmp_path: Path, *lines: str, header: str = "series_id,period,amount,currency") -> Path:
    path = tmp_path / "series.csv"
    path.write_text("\n".join((header, *lines)) + "\n")
    return path


def lines_of(name: str, amounts: Sequence[int]) -> list[str]:
    return [f"{name},2025-{month:02},{amount},USD" for month, amount in enumerate(amounts, start=1)]


def test_one_line_of_json_has_every_contestant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_file(tmp_path, *lines_of("a", MONTHS), *lines_of("b", MONTHS[::-1]))
    assert main(["--series", str(path), "--json"]) == 0
    printed, said = capsys.readouterr()
    assert printed.count("\n") == 1
    contestants = json.loads(printed)["contestants"]
    assert {"ours", *(each.name for each in RULES)} <= set(contestants)
    for each in contestants.values():
        assert each["weighted_quantile_loss"] > 0
        assert 0 <= each["share_over"] <= 1
        assert each["median_ratio"] > 0
        assert (each["months"], each["by_history"]["3-5"]["months"]) == (8, 6)
    assert ("left out" in said) == ("auto_ets" not in contestants)


def test_the_table_shows_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--series", str(a_file(tmp_path, *lines_of("a", MONTHS)))]) == 0
    assert "auto_adjust_6" in capsys.readouterr().out


def test_the_quantile_and_the_fewest_months_are_the_callers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(tmp_path, *lines_of("a", MONTHS))
    main(["--series", str(path), "--json", "--min-history", "6", "--quantile", "0.5"])
    ours = json.loads(capsys.readouterr().out)["contestants"]["ours"]
    assert ours["months"] == 1
    assert ours["median_ratio"] < 1.25


@pytest.mark.parametrize(
    ("lines", "header", "problem"),
    [
        (["a,2025-01,1"], "name,period,amount", "no column series_id"),
        (["a,January,1"], "series_id,period,amount", "line 2: 'January' is not a month"),
        (["a,2025-13,1"], "series_id,period,amount", "'2025-13' is not a month"),
        (["a,2025-01,NaN"], "series_id,period,amount", "'NaN' is not an amount"),
        (["a,2025-01"], "series_id,period,amount", "None is not an amount"),
        (["a,2025-01,1"], "series_id,period,amount", "no series is longer than 3 months"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], header: str, problem: str
) -> None:
    path = a_file(tmp_path, *lines, header=header)
    if "longer" not in problem:
        with pytest.raises(UnreadableSeriesError, match=r"line 2|no column"):
            read_series(path)
    assert main(["--series", str(path)]) == 2
    assert problem in capsys.readouterr().err


def test_lines_of_one_month_are_added_up_and_months_are_sorted(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, "a,2025-02,5", "a,2025-01-01,1.5", "a,2025-02,2", header="series_id,period,amount"
    )
    [history] = read_series(path).values()
    assert [(f"{each.month:%Y-%m}", str(each.amount)) for each in history.months] == [
        ("2025-01", "1.5"),
        ("2025-02", "7"),
    ]


class Onlooker:
    """A contestant that keeps what it is shown."""

    name = "onlooker"

    def __init__(self) -> None:
        self.shown: list[tuple[Account, Sequence[str]]] = []

    def limits(self, known: Account, wanted: Sequence[str], quantile: float) -> Mapping[str, float]:
        self.shown.append((known, wanted))
        return dict.fromkeys(wanted, 0.0)


def test_nobody_is_shown_the_month_of_the_trial_or_a_later_one(tmp_path: Path) -> None:
    path = a_file(tmp_path, *lines_of("a", MONTHS), *lines_of("b", MONTHS[:4]))
    onlooker = Onlooker()
    [record] = walk_forward(read_series(path), [onlooker], 0.9, 3).values()
    assert [(each.months_known, each.actual) for each in record.trials] == [
        (3, 105),
        (3, 105),
        (4, 95),
        (5, 120),
        (6, 100),
    ]
    lengths = [{name: len(history.months) for name, history in known.items()} for known, _ in onlooker.shown]
    assert lengths == [{"a": 3, "b": 3}, {"a": 4, "b": 4}, {"a": 5, "b": 4}, {"a": 6, "b": 4}]
    assert [wanted for _, wanted in onlooker.shown] == [["a", "b"], ["a"], ["a"], ["a"]]


def test_a_score_weighs_what_is_over_nine_times_what_is_under() -> None:
    found = score([Trial(5, 90, 100), Trial(5, 110, 100)], 0.9)
    assert found is not None
    assert found.weighted_quantile_loss == pytest.approx(2 * (0.9 * 10 + 0.1 * 10) / 200)
    assert (found.share_over, found.median_ratio) == (0.5, 1.0)


def test_nothing_spent_has_no_weighted_loss() -> None:
    found = score([Trial(5, 90, 0)], 0.9)
    assert found is not None
    assert (found.weighted_quantile_loss, found.median_ratio) == (None, None)
    assert score([], 0.9) is None


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("mean_6_x1.1", 103.3333 * 1.1),
        ("auto_adjust_3", 105),
        ("auto_adjust_6", 103.3333),
        ("mean_3_x1.05", 110.25),
        ("mean_3_x1.2", 126),
        ("last_x1.1", 110),
        ("last_x1.15_rounded", 120),
        ("max_6", 120),
        ("max_12_x1.05", 126),
    ],
)
def test_rules_are_as_published(name: str, limit: float) -> None:
    [rule] = [each for each in RULES if each.name == name]
    assert rule.limit([100, 110, 90, 110, 95, 120, 95 + 5]) == pytest.approx(limit, abs=2)


def test_a_mean_gets_a_fifth_more_where_months_vary() -> None:
    [rule] = [each for each in RULES if each.name == "mean_6_x1.1"]
    assert rule.limit([100, 100, 100]) == pytest.approx(110)
    assert rule.limit([80, 100, 120]) == pytest.approx(132)


@pytest.mark.parametrize(("last", "limit"), [(104, 120), (2_000, 2_300), (2_010, 2_400), (20_000, 23_000)])
def test_a_last_month_is_rounded_up_to_tens_hundreds_or_thousands(last: float, limit: float) -> None:
    [rule] = [each for each in RULES if each.name == "last_x1.15_rounded"]
    assert rule.limit([last]) == limit


@pytest.mark.skipif(find_spec("statsforecast") is None, reason="requirements-bench.txt is not installed")
def test_the_models_give_a_bound_above_the_mean_for_any_length(tmp_path: Path) -> None:
    models = statistical_contestants()
    assert models is not None
    for count in (3, 7, 14, 30):
        lines = [f"a,{2020 + at // 12}-{at % 12 + 1:02},{100 + at % 5},USD" for at in range(count)]
        known = read_series(a_file(tmp_path, *lines))
        for model in models:
            [limit] = model.limits(known, ["a"], 0.9).values()
            assert math.isfinite(limit)
            assert 90 < limit < 130


def test_a_world_is_the_same_every_time_and_differs_by_half() -> None:
    for name in WORLDS[-3:]:
        chosen, reported = (world(name, half) for half in HALVES)
        assert chosen == world(name, HALVES[0])
        assert {each.amounts[0] for each in chosen.values()}.isdisjoint(
            {each.amounts[0] for each in reported.values() if each.amounts[0]}
        )


def test_worlds_tell_their_story() -> None:
    def last_by_first(name: str) -> list[float]:
        series = world(name, HALVES[0]).values()
        return [float(each.amounts[-1] / each.amounts[0]) for each in series if each.amounts[0]]

    assert min(last_by_first("growth")) > 1
    assert max(last_by_first("decline")) < 1
    assert all(each.amounts[-1] == 0 for each in world("ending", HALVES[0]).values())
    assert all(4 <= len(each.months) <= 14 for each in world("new", HALVES[0]).values())


def test_a_world_is_reported_beside_the_best_of_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--world", "new", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    new = report["worlds"]["new"]
    ours, best = new["contestants"]["ours"], new["contestants"][new["best"]]
    ratio = ours["weighted_quantile_loss"] / best["weighted_quantile_loss"]
    assert new["ratio_to_best"] == report["mean_ratio_to_best"] == pytest.approx(ratio, abs=0.001)
    assert report["seconds_for_1000_scopes"] > 0
