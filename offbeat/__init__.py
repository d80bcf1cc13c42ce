"""offbeat: anomaly detection as a service, from autoencoders."""

__version__ = "0.1.0"
