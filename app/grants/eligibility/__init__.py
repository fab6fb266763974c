"""Where a person and a city stand against a call, the shortest way to yes, and the network as a whole."""
