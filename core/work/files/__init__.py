"""Files that hang on a record: what is taken in, where it lies, who gets it back."""
