"""Modules and activities of a draft: added, named, moved, taken out."""
