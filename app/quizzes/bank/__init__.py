"""The bank of a course as a whole: what stands where, and what is done to many questions at once."""
