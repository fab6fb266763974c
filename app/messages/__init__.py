"""What the network tells people: in the site and by mail, in their language, as they wish it."""
