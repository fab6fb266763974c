"""What auth announces. A listener only writes rows; whatever can fail or take time is a job."""

from blinker import signal

city_changed = signal("city-changed")
"""Sent with `person_id` and `city_id` (None: of no city), in the transaction that moves the person."""

account_activated = signal("account-activated")
"""Sent with `person_id`, in the transaction that makes the account active, whenever it becomes so."""

cohort_changed = signal("cohort-changed")
"""Sent with `cohort_id`, in the transaction that added people to a cohort or made it."""

role_granted = signal("role-granted")
"""Sent with `person_id` and `role`, in the transaction that gives a role."""
