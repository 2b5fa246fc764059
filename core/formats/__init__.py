"""Dates and times where Django's own formats do not serve: FORMAT_MODULE_PATH in the settings."""
