"""What is trained: one module for each set of weights, with a function `train(shared, target)`."""
