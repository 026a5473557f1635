"""What the HTTP functions share: routing, reading the tables, pages, the words of answers."""
