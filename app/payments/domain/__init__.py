"""The rules of payments: states, gateway answers, what is still due, cash, and the ledger."""
