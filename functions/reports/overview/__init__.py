"""What somebody wants to see first: a little of everything, in one response."""
