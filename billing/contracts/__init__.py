"""A company's life with the centre: application, selection, guarantee, yearly contracts, money, end. Pure."""
