"""The people in a course, and the courses of a person, as those see them who are responsible."""
