"""What a rule is judged by: facts, the subject of a statement, findings with their evidence."""
