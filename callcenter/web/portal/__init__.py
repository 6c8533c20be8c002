"""The pages of a company."""
