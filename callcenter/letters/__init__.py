"""Letters to companies about their contract: what they say, and how they look on paper."""
