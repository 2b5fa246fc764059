"""Documents: files that were brought to a case, sealed, and shown without leaving anything behind."""
