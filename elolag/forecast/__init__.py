"""Said before, scored after: forecasts of the lag, the ledger that keeps them, and their scores."""
