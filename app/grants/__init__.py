"""Grant calls, rules, findings, applications."""
