"""A fuzzer of notes: whatever a file holds, the command answers soon and says what it could read.

``python -m tests.fuzz --count 100000 --seed 0`` runs the campaign; the tests run a small part.
"""
