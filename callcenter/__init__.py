"""The running contact-centre engine: calls, agents, ledger, desk and pages on top of Asterisk."""
