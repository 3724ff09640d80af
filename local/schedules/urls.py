"""EventBridge Scheduler's routes: moto's, answered from our own backend."""

from moto.scheduler.urls import url_bases, url_paths

__all__ = ["url_bases", "url_paths"]
