"""What administrators keep of a call: its texts and dates, what it asks, how it is judged."""
