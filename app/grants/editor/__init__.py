"""The rule of a call as administrators write it, and its versions."""
