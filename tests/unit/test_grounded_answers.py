"""Answers as models write them, held against the replies in tests/events: the true pass, what is false goes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.events import events
from tools.actions.catalogue import ACTIONS
from tools.domain.grounding import REMOVED, Facts, grounded_text, ungrounded

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)

TRUE_ANSWERS: list[tuple[str, str]] = [
    (
        "analyze_budgets",
        """\
As of **October 20, 2026** the account has **12 budgets**: 8 on track, 1 at risk, 1 forecast to breach \
and 2 breached.

### Breached
- **elasticache-monthly**: $1,126.26 of $460.00 (244.8 %), which is **$666.26 over**. AWS expects about \
$1,750.
- **ec2-reservation-utilization**: only 71.1 % of the commitment is used; the target is 80 %.

### Worth a look
1. `cloudfront-monthly` is forecast to end the month at $2,737, 102.5 % of its limit of $2,671.
2. 'ec2-instances' counts nothing, because Cost Explorer knows no service called 'EC2-Instances'. You \
probably meant "Amazon Elastic Compute Cloud - Compute".

Would you like me to look into the month-end forecast of the first one?""",
    ),
    (
        "analyze_budgets",
        """\
Here is how the on-track budgets stand:

| Budget | Limit | Actual | Used |
|:--|--:|--:|--:|
| ec2-compute-planned | $6,880.00 | $4,247.08 | 61.7 % |
| ec2-running-hours | 277,000 Hrs | 148,294.5 Hrs | 53.5 % |
| ec2-instances | $15,000 | $0 | 0 % |

All COST budgets that are monthly add up to a limit of $27k, with $8,354.61 spent. Scopes can overlap, \
so don't add that up any further.""",
    ),
    (
        "monitor_budgets",
        """\
Seven of twelve budgets are past a threshold. The gravest is **elasticache-monthly**: it went over its \
limit around 8 October and has spent 2.4 times its $460 since the month began.

> Next step: find the cause with `get_budget_performance`, then restrict it or raise the limit knowingly.""",
    ),
    (
        "monitor_budgets",
        """\
Only one alert is critical (`elasticache-monthly`), one is high and one is medium. The other four are \
low. 28.9% of the EC2 reservations are paid for and unused, i.e. it would pay to move workloads onto \
them.""",
    ),
    (
        "recommend_budgets",
        """\
I'd set these monthly limits, judging by 12 whole months from October 2025 to September 2026:

* **Savings Plans for AWS Compute usage**: **$11,530** (80 % of months fall between $11,366 and $11,529).
* **Amazon EC2 - Compute**: **$6,495**. It stepped up in July 2026, from $2,550.11 a month to $6,047.38.
* **Amazon S3**: **$4,966**; it rises by 3 % a month.

A backtest over the last 9 months would have been passed in 0, 1 and 0 of them. Two credits-related \
notes: credits and refunds took $31,395.00 off EC2, the last of it in June 2026.""",
    ),
    (
        "recommend_budgets",
        """\
`ec2-compute-planned` already watches EC2 with a limit of $6,880.00, so a second budget isn't needed. \
The planned limit is about 106 % of what I'd recommend. To create the others, use `create_budget` with \
`"budget_name": "Savings-Plans-for-AWS-Compute-usage-Monthly"` and `"amount": "11530"`.""",
    ),
    (
        "get_budget_performance",
        """\
EC2-Monthly-Budget kept to its limit in 0 of 12 past months. On average it reached 342.7 %, at worst \
628.5 % (July 2026). Spend is volatile (47.2%) and rises by 9.7 % of its mean per period. The dearest \
month cost ~$6.3k, the first one, October 2025, $2,730.36.""",
    ),
    (
        "get_budget_performance",
        """\
**Story:** It stepped up in 2026-07: $2,550.11 a month before, $6,047.38 since, $3,497.26 more. The \
limit of USD 1,000 is far too low for that; no month-to-month tuning will help.""",
    ),
    (
        "create_budget",
        """\
Done: the budget "EC2-Monthly-Budget" was created with a monthly limit of $1,000.00. admin@company.com \
will be told at 80 % and 100 % of it.""",
    ),
    (
        "planned_limits",
        """\
The budget `Quarterly-Plan` has four planned limits:

| Quarter begins | Limit |
|---|---|
| 2026-10-01 | $90,000 |
| January 1, 2027 | $95,000 |
| 1 April 2027 | $100,000 |
| Jul 1, 2027 | $105,000 |

So it goes from $90k in Q4 2026 to $105k in the third quarter of 2027.""",
    ),
    (
        "budget_not_found",
        """\
There is no budget named 'ec2'. Shall I list the names with `analyze_budgets`?""",
    ),
    (
        "explain_budget",
        """\
From October 1 to October 19, 2026, ElastiCache cost **$1,070.60**, $660.50 (161 %) more than the \
$410.10 of April 1-19. It is all volume: account 210000000002 ran `NodeUsage:cache.r6g.large` for 5,197 \
hours instead of 1,991. The price didn't change, i.e. it contributed $0.00.

AWS forecasts $1,747.53 for the month's end, nearly 380 % of the limit. A cache.t4g.medium may do for \
dev.""",
    ),
    (
        "audit_budgets",
        """\
The audit held 12 budgets against the rules: **7 findings on 3 of them** and the account, none of which \
would refuse a change.

1. `someone_is_told`: ec2-instances has no notification.
2. `limit_near_recent_spend`: the limit of $460 is 0.26 times the recent spend of $1,747.53; allowed is \
0.5 to 3 times.
3. `every_account_has_a_budget`: account 123456789012 spent $15,347.52 last month, 210000000002 even \
$19,802.23.""",
    ),
    (
        "list_budget_actions",
        """\
There's one budget action on EC2-Monthly-Budget (no. 1 of 1). At 90 % of actual spend it attaches \
arn:aws:iam::aws:policy/AWSDenyAll to role DeveloperRole; that was executed automatically on Oct 20, \
2026 at 4 pm UTC (16:00). Its id is 4e293050-a67b-53d4-8c6d-fb473c927fa6. The next period begins on \
November 1, so AWS takes it off then. You can reverse it with REVERSE_BUDGET_ACTION.""",
    ),
    (
        "blast_radius",
        """\
This is a dry run; nothing was changed. The plan has four levels:

1. forecasted above 80 %: tell admin@company.com
2. actual above 100 %: tell cfo@company.com, too
3. actual above 110 %: after approval, `arn:aws:iam::123456789012:policy/DenyNewSpending` on \
`DeveloperRole`
4. actual above 130 %: automatically `arn:aws:iam::aws:policy/AWSDenyAll`

⚠️ Automatic restrictions are not allowed in account 123456789012 (rule *automatic_only_where_allowed*).""",
    ),
    (
        "adjust_budgets",
        """\
Of 8 budgets, four would be adjusted and four are left alone. For elasticache-monthly I'd go from \
$460.00 to $1,380.00, a rise of 200 percent. Wanted would be $1,794, but a rail holds that back. Nine \
past periods were tried, of which two (22.2 %) would have been passed.""",
    ),
    (
        "reservation_performance",
        """\
Reservation coverage was steady: 93.1 % on average over six months, 92.9 % at worst in May 2026. In \
October it fell to 71.1%, 21.9 points less than before.""",
    ),
    (
        "recommend_by_account",
        """\
Account 210000000002 is expected to spend $21,150.87 a month (between $19.4k and $22.6k in 8 of 10 \
months), so a limit of $23,400 is passed with a probability of at most about 5 %.""",
    ),
    (
        "raise_a_limit",
        """\
The limit of `elasticache-monthly` went from $460.00 to $2,000.00. web-team@company.example.com is \
still told at 80 % and 100 %. Note that AWS shows no spend for it until its next refresh.""",
    ),
    (
        "what_changed",
        """\
On 2026-10-20 at 12:00 UTC the limit was raised from $460.00 to $2,000.00 by `update_budget`; the \
reason given was "The cache has grown". To undo it, send change id `2026-10-20T12:00:00.000000Z#1` to \
`undo_change`.""",
    ),
    (
        "list_budget_templates",
        """\
There are ready-made templates. `sandbox_account` warns at 50 % and 80 %, and restricts at 100 %; its \
default amount is $500. `monthly_account_guard` and `service_guard` have no default, so you'd have to \
give an amount.""",
    ),
    (
        "receive_notification",
        """\
The message says that ACTUAL cost passed $368.00, i.e. 80 % of $460.00. AWS confirms it: $1,126.26. I \
opened alert 124bb8bcda83ac8c for it.""",
    ),
]

# The same answers with one thing in them that no tool said: event, answer, and the sentence that has to go.
FALSE_SENTENCES: list[tuple[str, str, str]] = [
    ("analyze_budgets", "You have 12 budgets. {} Two are breached.", "elasticache-monthly is at $1,226.26."),
    ("analyze_budgets", "- elasticache-monthly is breached.\n- {}\n- The rest is fine.", "9 are on track."),
    ("analyze_budgets", "{} Twelve budgets were read.", "`platform-prod-2027` is breached, too."),
    ("analyze_budgets", "One is breached. {}", "The staging-monthly budget has room left."),
    ("analyze_budgets", "## Status\n\n| Budget | Used |\n|---|---|\n| {} |\n", "cloudfront-monthly | 67.2 %"),
    ("analyze_budgets", "It is over. {} Raise it?", "It needs €460.00 more."),
    ("monitor_budgets", "It is past its threshold. {} Act now.", "It went over on October 7, 2026."),
    (
        "monitor_budgets",
        "Seven are past one. {}",
        "The forecast is 105 percent above the $2,671 limit of May 2025.",
    ),
    (
        "recommend_budgets",
        "Use a limit of $11,530. {} Shall I create it?",
        "That saves roughly $950 a month.",
    ),
    ("recommend_budgets", "1. S3: $4,966\n2. {}\n", "SageMaker: $3,510"),
    ("get_budget_performance", "It broke its limit every month. {}", "The worst month was July 2025."),
    (
        "get_budget_performance",
        "It grows by 9.7 %. {} It is volatile.",
        "By June 2027 it will cost twelve thousand dollars.",
    ),
    ("create_budget", "It was created. {}", "The mail goes to admin@company.example.org."),
    (
        "create_budget",
        "It was created. {} Anything else?",
        "See https://console.example.com/budgets?id=1000 for it.",
    ),
    ("planned_limits", "The plan has four limits. {}", "The first begins on 2 October 2026."),
    ("budget_not_found", "I could not find it. {}", "Did you mean the budget 'ec2-prod_2'?"),
    ("explain_budget", "It is all volume. {} Nothing else changed.", "Account 210000000009 caused it."),
    ("audit_budgets", "Seven findings. {} That's all.", "14 of 15 rules are kept."),
    ("list_budget_actions", "It restricts. {}", "It attaches arn:aws:iam::aws:policy/AWSDenyNothing."),
    ("blast_radius", "Nothing was changed. {} OK?", "Level 3 acts above 115 %."),
    ("adjust_budgets", "Four would be adjusted. {}", "The limit would rise by a factor of 7.5x."),
    ("reservation_performance", "It was steady. {} Then it fell.", "Three-fifths of the hours were used."),
    ("raise_a_limit", "The limit was raised. {}", "![status](https://img.example.com/2000.png)"),
    ("what_changed", "It was raised. {} It can be undone.", "The change id is 2026-10-21T09:30:00Z."),
    ("receive_notification", "It is past $368.00. {}", "It is 1 126,26 GB by now."),
]


def facts_of(*names: str) -> Facts:
    facts = Facts()
    for event in events():
        if event.name in names:
            facts.add_result(event.reply["data"])
    facts.add_moment(NOW)
    facts.add_words(ACTIONS)
    return facts


@pytest.mark.parametrize(("event", "answer"), TRUE_ANSWERS)
def test_a_true_answer_passes_whole(event: str, answer: str) -> None:
    facts = facts_of(event)
    assert ungrounded(answer, facts) == []
    assert grounded_text(answer, facts).text == answer


@pytest.mark.parametrize(("event", "answer"), TRUE_ANSWERS)
def test_a_true_answer_is_caught_where_no_tool_was_called(event: str, answer: str) -> None:
    assert ungrounded(answer, Facts())


@pytest.mark.parametrize(("event", "answer", "sentence"), FALSE_SENTENCES)
def test_a_sentence_with_something_that_no_tool_said_is_removed_and_no_other(
    event: str, answer: str, sentence: str
) -> None:
    grounded = grounded_text(answer.format(sentence), facts_of(event))
    assert grounded.text == answer.format(REMOVED)
    assert grounded.removed_sentences == 1
