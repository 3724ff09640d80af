"""Where Bedrock Runtime is reached; moto looks this up beside the backend."""

from local.bedrock.responses import Response

url_bases = [r"https?://bedrock-runtime\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/.*$": Response.dispatch}
