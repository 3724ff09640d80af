"""The house itself: imports, catalogue, documents, package."""
