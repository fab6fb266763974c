"""What auth announces. A listener only writes rows; whatever can fail or take time is a job."""

from blinker import signal

city_changed = signal("city-changed")
"""Sent with `person_id` and `city_id` (None: of no city), in the transaction that moves the person."""

address_changed = signal("address-changed")
"""Sent with `person_id`, `old` and `new`, in the transaction in which a person changes a confirmed address."""

account_activated = signal("account-activated")
"""Sent with `person_id`, in the transaction that makes the account active, whenever it becomes so."""

cohort_changed = signal("cohort-changed")
"""Sent with `cohort_id`, in the transaction that added people to a cohort or made it."""

person_erased = signal("person-erased")
"""Sent in the transaction that erases a person, while the row still says who they were.

With `person_id`, `naming` (the address and the name that are about to go), `keeps_name` (whether certificates go on
naming their holder) and `by`, the id of who acts (None: whoever runs the site). By then they have no city, role or
cohort, and are signed out.
"""

account_closed = signal("account-closed")
"""Sent with `person_id` and `by`, the id of who acts, once an account is closed and the log says so."""

account_reopened = signal("account-reopened")
"""Sent with `person_id`, `closed_at` (None: the log does not say) and `by`, in the transaction that opens it again."""

role_granted = signal("role-granted")
"""Sent with `person_id` and `role`, in the transaction that gives a role."""
