"""What is computed: networks, their operators and tensors, and the files they come from."""
