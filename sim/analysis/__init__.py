"""Reading results: comparisons, sentences, charts, the report. Nothing here runs a model."""
