"""How many agents a day needs, and what peak-time agents worked: decided from the records, without I/O."""
