"""After-sales handling: customers and their tickets."""
