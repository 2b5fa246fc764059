"""Casework's pages: thin, one module a subject. Reads are selectors', changes are services'."""
