"""The eight processes of the school year, one module each; none imports another."""
