"""What knows nothing of courses: the database base, texts, transactions, content, mail, jobs, audit, slots."""
