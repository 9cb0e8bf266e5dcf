"""Times as text: strftime, strptime and their variables."""
