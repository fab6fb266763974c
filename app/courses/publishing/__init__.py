"""From the draft to an edition: what differs, what keeps it from being published, publishing it."""
