"""The pages of billing clerks, and the cost comparison that anybody may open."""
