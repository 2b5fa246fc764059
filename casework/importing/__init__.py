"""Bringing in cases that were kept elsewhere: a CSV or XLSX file, and a mapping of its columns to fields of the record.

`mapping` says what a column is, `rows` reads a file row by row, `importer` checks and loads. What stands in a cell is
never in an error, a report or a log: a message names the row and the column.
"""
