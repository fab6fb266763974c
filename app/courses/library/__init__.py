"""The files of a course, from upload to the address that browsers keep."""
