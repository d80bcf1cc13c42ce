"""The contract between training and serving: formats, features, encoding, threshold, bundle, repository, scorer."""
