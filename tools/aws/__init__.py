"""How AWS is called: thin adapters behind the gateways, no decisions."""
