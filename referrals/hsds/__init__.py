"""The directory of services in the form of the Human Services Data Specification 3.0, both ways.

`schema` holds the specification, as its data package declares it; nothing else knows a table's columns. `packages` and
`json_form` read what others publish, row by row; `staging` holds the rows on the disk while `checking` compares them
with each other; `loading` stores them, `withholding` says what may leave, `linking` makes services of them.
`reading` puts rows together again, for `exporting` and for the API.
"""
