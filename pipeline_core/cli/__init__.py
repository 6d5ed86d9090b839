"""The command line `suitability`."""
