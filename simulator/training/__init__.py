"""What N:M training adds to the cost of a network: pruned products, pipelined adders, the sorter, the step's totals."""
