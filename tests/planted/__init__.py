"""Bugs planted in engine, checker and table of derivatives, one a rule: each must be caught.

bugs     what is planted: a file, a text that occurs in it once, and what replaces it
battery  claims with known truth, run against a copy of the package that holds one bug
run      copies, plants, runs; ``python -m tests.planted`` plants all of them
"""
