"""IAM's names for the calls of AWS Budgets, which are not the API's.

Source: Service Authorization Reference, AWS Budget Service.
"""

from __future__ import annotations

from typing import Final

VIEW: Final = "budgets:ViewBudget"
LIST_TAGS: Final = "budgets:ListTagsForResource"
LIST_ACTIONS: Final = "budgets:DescribeBudgetActionsForBudget"
LIST_ALL_ACTIONS: Final = "budgets:DescribeBudgetActionsForAccount"
ACTION_HISTORY: Final = "budgets:DescribeBudgetActionHistories"
MODIFY: Final = "budgets:ModifyBudget"
TAG: Final = "budgets:TagResource"
UNTAG: Final = "budgets:UntagResource"
CREATE_ACTION: Final = "budgets:CreateBudgetAction"
DELETE_ACTION: Final = "budgets:DeleteBudgetAction"
EXECUTE_ACTION: Final = "budgets:ExecuteBudgetAction"
