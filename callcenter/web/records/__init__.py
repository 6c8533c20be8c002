"""The pages of call records, for supervisors all, for a company its own."""
