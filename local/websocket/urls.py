"""API Gateway's routes: moto's, answered from our own backend."""

from moto.apigatewayv2.urls import url_bases, url_paths

__all__ = ["url_bases", "url_paths"]
