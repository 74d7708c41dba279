"""One file for each process of the school year: a worked example, its edges, its laws."""
