"""An attempt, from the page before it to what may be shown of it after."""
