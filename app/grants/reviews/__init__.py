"""Who reviews an application, and what they say."""
