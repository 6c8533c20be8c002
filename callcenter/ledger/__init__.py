"""The durable record of calls: the journal, the call records folded from it, and their exports."""
