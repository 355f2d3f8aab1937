"""Training steps: how each operator runs, and what the step costs."""
