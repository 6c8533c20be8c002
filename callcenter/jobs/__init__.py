"""Work that nobody waits for: rq jobs and their schedule."""
