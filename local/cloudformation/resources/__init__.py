"""The resource types that stacks can hold: one file per service, all listed in the catalogue."""
