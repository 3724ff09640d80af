"""What actions may ask of the world: Protocols, a file for whom it is asked of. `tools.gateways` bundles them."""
