"""The reports that a city owes after an award."""
