"""The people of a restaurant: who works here, as what, where, and who no longer does."""
