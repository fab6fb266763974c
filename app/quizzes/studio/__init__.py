"""The quiz of a draft as its trainers edit it."""
