"""People and enrolments from a table: every row judged before anything is kept."""
