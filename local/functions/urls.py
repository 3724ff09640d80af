"""Lambda's routes: moto's, answered by our own Response."""

from moto.awslambda.urls import url_bases
from moto.awslambda.urls import url_paths as _routes

from local.functions.responses import Response

__all__ = ["url_bases", "url_paths"]

url_paths = dict.fromkeys(_routes, Response.dispatch)
