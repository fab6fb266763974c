"""The kind `lesson`: its texts, what practitioners get of them, and what they said before."""
