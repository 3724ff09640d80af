"""Where AWS Budgets listens."""

from local.budgets.responses import Response

url_bases = [r"https?://budgets\.amazonaws\.com", r"https?://budgets\.us-east-1\.api\.aws"]
url_paths = {"{0}/$": Response.dispatch}
