"""The keyword model: a stand-in that goes a model's way by keywords, without understanding language."""
