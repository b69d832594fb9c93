"""What happened inside a network: gates and states, gradients through time, Jacobians and eigenvalues."""
