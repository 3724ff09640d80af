"""What asking a model of Amazon Bedrock needs; the calls themselves are made by Strands, for the agent's `ask`."""

from __future__ import annotations

from collections.abc import Mapping

INVOKE = "bedrock:InvokeModelWithResponseStream"
APPLY_GUARDRAIL = "bedrock:ApplyGuardrail"

# Only with a model, and the second only with a guardrail. Source: Bedrock user guide, "Inference using Converse
# API" and "Permissions to use guardrails"; IAM has no action of its own for Converse.
PERMISSIONS: Mapping[str, tuple[str, ...]] = {"ConverseStream": (INVOKE, APPLY_GUARDRAIL)}
