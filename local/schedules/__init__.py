"""EventBridge schedules: what is due fires as the world's clock passes it."""
