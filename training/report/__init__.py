"""The report of a version: one HTML page without a network, and a model card, both made of the same facts."""
