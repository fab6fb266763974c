"""One question as its trainers write it: its versions, pictures, texts, and a try at it."""
