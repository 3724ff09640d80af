"""The product as it is delivered: the package alone."""
