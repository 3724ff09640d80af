"""WebSocket APIs of Amazon API Gateway: connections that are really open, and the API that pushes to them."""
