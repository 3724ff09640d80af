"""Where Cost Explorer listens."""

from local.cost_explorer.responses import Response

url_bases = [r"https?://ce\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": Response.dispatch}
