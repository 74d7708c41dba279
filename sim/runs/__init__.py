"""Running: from an experiment to runs, from runs to stored parts. Nothing here compares results."""
