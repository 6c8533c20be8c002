"""The pages of tickets, for supervisors all, for a company its own."""
