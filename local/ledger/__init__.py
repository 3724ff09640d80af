"""One set of cost and commitment records from which every figure of the embedded AWS comes."""
