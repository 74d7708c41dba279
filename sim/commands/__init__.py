"""What the commands of `sim` do, one function each; they return the exit code.

Nothing is imported here, so that `sim --help` stays quick.
"""
