"""What the documents claim about speed, cost, scale and accuracy, measured."""
