"""The steps of a training, one verb a file; a step never imports a step. pipeline.py calls them in order."""
