"""What reports sum up, kept with every change of an enrolment."""
