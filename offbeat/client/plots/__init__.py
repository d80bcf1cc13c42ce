"""Plots: what the service said, as pictures. All of it needs matplotlib, so it is imported when a picture is asked for."""
