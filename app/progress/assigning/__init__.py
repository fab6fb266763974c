"""Courses given to people, cohorts, cities and roles."""
