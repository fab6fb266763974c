"""What the attempts at a quiz say of it and of its questions."""
