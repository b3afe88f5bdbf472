"""All calls of the factory table; the modules above know no keys and no expressions."""
