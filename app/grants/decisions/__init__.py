"""Awards and refusals, and the letters that tell them."""
