"""How good recommended limits are, beside the rules of others, walking forward over monthly series.

    python -m benchmarks.recommendations --series FILE.csv [--quantile 0.9] [--min-history 3] [--json]
    python -m benchmarks.recommendations [--half reported-on] [--world NAME ...] [--json]

FILE.csv is tidy, monthly, `series_id,period,amount`; other columns are ignored. Without a file the synthetic
worlds are walked (synthetic_worlds.py). Every month with at least `--min-history` months before it is a trial of
each contestant's limit, which may know nothing of that month or later. Printed are:

    weighted_quantile_loss  2 x sum of pinball losses at the quantile / sum of actuals; lower is better
    share_over              of months above the limit; best at 1 - quantile
    median_ratio            limit / actual
    seconds                 CPU seconds of all limits of the contestant

With the worlds it is also measured how long ours takes for an account of 1,000 scopes with 36 months each.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from benchmarks.contestants import RULES, Contestant, Ours
from benchmarks.monthly_series import UnreadableSeriesError, read_series
from benchmarks.statistical_contestants import statistical_contestants
from benchmarks.synthetic_worlds import HALVES, WORLDS, world
from benchmarks.walk_forward import (
    HISTORY_LENGTHS,
    Record,
    Score,
    Trial,
    score,
    scores_by_history,
    walk_forward,
)
from tools.domain.money import USD
from tools.domain.periods import add_months
from tools.domain.spend_history import MonthlySpend, SpendHistory

OURS = "ours"

Results = Mapping[str, Record]


def main(arguments: list[str]) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recommendations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--series", type=Path, metavar="FILE.csv")
    parser.add_argument("--quantile", type=_quantile, default=0.9, help="0.5 to 0.99")
    parser.add_argument("--min-history", type=int, default=3, help="months before the first trial")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--half", choices=HALVES, default=HALVES[-1], help="of the synthetic worlds")
    parser.add_argument("--world", choices=WORLDS, action="append", help="only these synthetic worlds")
    options = parser.parse_args(arguments)
    if options.min_history < 1:
        parser.error("--min-history: at least 1, since no limit follows from nothing")
    _say_who_is_left_out()
    if options.series is None:
        results = _walk_worlds(options.world or WORLDS, options.half, options.quantile, options.min_history)
        report = report_on_worlds(results, options.quantile)
        report["seconds_for_1000_scopes"] = round(seconds_for_many_scopes(options.quantile), 2)
        words = worlds_in_words(report)
    else:
        try:
            series = read_series(options.series)
        except (OSError, UnreadableSeriesError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        report = report_on(
            walk_forward(series, all_contestants(), options.quantile, options.min_history), options.quantile
        )
        if not report["contestants"]:
            sys.stderr.write(f"{options.series}: no series is longer than {options.min_history} months\n")
            return 2
        words = in_words(report["contestants"])
    sys.stdout.write(json.dumps(report) + "\n" if options.json else words)
    return 0


def _quantile(given: str) -> float:
    quantile = float(given)
    if not 0.5 <= quantile <= 0.99:
        raise argparse.ArgumentTypeError("0.5 to 0.99")
    return quantile


def all_contestants() -> tuple[Contestant, ...]:
    """Ours first; without statsforecast's models where it is not installed."""
    return (Ours(OURS), *RULES, *(statistical_contestants() or ()))


def _say_who_is_left_out() -> None:
    if statistical_contestants() is None:
        sys.stderr.write(
            "statsforecast is not installed, so auto_ets, auto_theta and seasonal_naive are left out:"
            " pip install --require-hashes -r requirements-bench.txt\n"
        )


def report_on(results: Results, quantile: float) -> dict[str, Any]:
    """The scores by contestant as JSON has them; empty where nothing was tried."""
    return {
        "contestants": {
            name: {**_figures(overall), "seconds": round(record.seconds, 3), "by_history": by_history}
            for name, record in results.items()
            if (overall := score(record.trials, quantile)) is not None
            for by_history in [
                {each: _figures(found) for each, found in scores_by_history(record.trials, quantile).items()}
            ]
        }
    }


def report_on_worlds(results: Mapping[str, Results], quantile: float) -> dict[str, Any]:
    """A report by world, and of ours how its loss compares: see `_beside_the_best`."""
    worlds = {name: report_on(found, quantile) for name, found in results.items()}
    for name, report in worlds.items():
        report.update(_beside_the_best(report["contestants"], results[name][OURS].trials, quantile))
    ratios = [each["ratio_to_best"] for each in worlds.values()]
    return {"worlds": worlds, "mean_ratio_to_best": round(sum(ratios) / len(ratios), 4)}


def _beside_the_best(
    contestants: Mapping[str, Any], trials: Sequence[Trial], quantile: float
) -> dict[str, Any]:
    """The other with the least loss, known only afterwards; our loss / its; our share over from 12 months on."""
    others = {name: each["weighted_quantile_loss"] for name, each in contestants.items() if name != OURS}
    best = min(others, key=lambda name: others[name])
    long = score((each for each in trials if each.months_known >= 12), quantile)
    return {
        "best": best,
        "ratio_to_best": round(contestants[OURS]["weighted_quantile_loss"] / others[best], 4),
        "share_over_from_12_months": None if long is None else round(long.share_over, 4),
    }


def seconds_for_many_scopes(quantile: float) -> float:
    """The CPU seconds of ours for 1,000 made-up scopes of 36 months, with what they tell of each other."""
    random = Random("many scopes")
    months = [add_months(date(2023, 1, 1), index) for index in range(36)]
    account = {
        str(number): SpendHistory(
            USD,
            tuple(MonthlySpend(month, Decimal(f"{random.lognormvariate(5, 0.3):.2f}")) for month in months),
        )
        for number in range(1000)
    }
    started = process_time()
    Ours(OURS).limits(account, list(account), quantile)
    return process_time() - started


def _figures(found: Score) -> dict[str, Any]:
    return {
        "weighted_quantile_loss": _rounded(found.weighted_quantile_loss),
        "share_over": _rounded(found.share_over),
        "median_ratio": _rounded(found.median_ratio),
        "months": found.trials,
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 5)


def _walk_worlds(names: Sequence[str], half: str, quantile: float, min_history: int) -> dict[str, Results]:
    """The worlds side by side on all cores."""
    with ProcessPoolExecutor() as pool:
        futures = {name: pool.submit(_walk_world, name, half, quantile, min_history) for name in names}
        return {name: future.result() for name, future in futures.items()}


def _walk_world(name: str, half: str, quantile: float, min_history: int) -> Results:
    return walk_forward(world(name, half), all_contestants(), quantile, min_history)


def in_words(contestants: Mapping[str, Any]) -> str:
    """A table of contestants, the least loss first, and one by length of history."""
    by_loss = sorted(contestants, key=lambda name: _loss(contestants[name]))
    lines = [f"{'':20}{'loss':>9}{'over':>8}{'ratio':>8}{'seconds':>9}"]
    for name in by_loss:
        each = contestants[name]
        lines.append(
            f"{name:20}{_number(each['weighted_quantile_loss'], 9, 4)}{_number(each['share_over'], 8, 3)}"
            f"{_number(each['median_ratio'], 8, 3)}{_number(each['seconds'], 9, 2)}"
        )
    lengths = [name for name, _, _ in HISTORY_LENGTHS]
    lines += [
        "",
        "loss / share over by months known",
        f"{'':20}" + "".join(f"{each:>16}" for each in lengths),
    ]
    for name in by_loss:
        cells = [_cell(contestants[name]["by_history"].get(length)) for length in lengths]
        lines.append(f"{name:20}" + "".join(cells))
    return "\n".join(lines) + "\n"


def worlds_in_words(report: Mapping[str, Any]) -> str:
    """A table of worlds as Markdown, for README.md."""
    lines = [
        "| world | ours | best other | its loss | ours / best | over, 12+ months | median limit / actual |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, each in report["worlds"].items():
        ours, best = each["contestants"][OURS], each["contestants"][each["best"]]
        over = each["share_over_from_12_months"]
        lines.append(
            f"| {name} | {ours['weighted_quantile_loss']:.4f} | {each['best']}"
            f" | {best['weighted_quantile_loss']:.4f} | {each['ratio_to_best']:.2f}"
            f" | {'' if over is None else f'{over:.3f}'} | {ours['median_ratio']:.2f} |"
        )
    lines.append(f"| mean | | | | {report['mean_ratio_to_best']:.2f} | | |")
    lines += ["", f"1,000 scopes of 36 months took {report['seconds_for_1000_scopes']} s of CPU."]
    return "\n".join(lines) + "\n"


def _loss(contestant: Mapping[str, Any]) -> float:
    loss = contestant["weighted_quantile_loss"]
    return float("inf") if loss is None else float(loss)


def _cell(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return f"{'':>16}"
    return _number(found["weighted_quantile_loss"], 9, 4) + _number(found["share_over"], 7, 3)


def _number(figure: float | None, width: int, places: int) -> str:
    return f"{'-':>{width}}" if figure is None else f"{figure:>{width}.{places}f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
