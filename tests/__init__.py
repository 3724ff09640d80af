"""Tests: unit (decisions), contracts (gateways and the embedded AWS), integration (the whole pipeline), more."""
