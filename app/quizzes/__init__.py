"""The question bank, question types, attempts; registers the kind `quiz`."""
