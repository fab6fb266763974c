"""What auth announces. A listener only writes rows; whatever can fail or take time is a job."""

from blinker import signal

city_changed = signal("city-changed")
"""Sent with `person_id` and `city_id` (None: of no city), in the transaction that moves the person."""

account_activated = signal("account-activated")
"""Sent with `person_id`, in the transaction that makes the account active, whenever it becomes so."""
