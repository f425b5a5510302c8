"""The tables as pages of the documentation: diagrams, and what each index is for."""
