"""Examines an installation and says in plain words what is wrong and how to mend it (`callcenter doctor`)."""
