"""Ending a course: nobody begins it any more, whoever is in it goes on, and people are sent on to what replaces it."""
