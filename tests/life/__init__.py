"""A little shop in Python that says what the real one has to say after each act."""
