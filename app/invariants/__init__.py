"""What must always hold, as SQL over all tenants, for `flask check-invariants`."""
