"""Verdicts in the forms that people and programs read.

`outcome` decides what is shown and whether the run fails; `text`, `json`, `sarif` and
`github` print file reports; `markdown` writes the site; `explain` tells one derivation;
`fix` puts repairs into a note.
"""
