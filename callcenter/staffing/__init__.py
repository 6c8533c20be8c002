"""How many agents a day needs, and what peak-time agents worked. The `read_` modules fetch; all others only reckon."""
