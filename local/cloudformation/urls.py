"""Where CloudFormation listens."""

from local.cloudformation.responses import Response

url_bases = [r"https?://cloudformation\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": Response.dispatch}
