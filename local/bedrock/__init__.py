"""Amazon Bedrock Runtime: a model whose every turn is written in a script."""
