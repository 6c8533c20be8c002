"""The town: a second Asterisk as the telephone network, with customers who phone in and agents who answer.

`customers` decides who phones and how they behave; `exchange` is the Asterisk that carries it out; `traffic` runs both.
"""
