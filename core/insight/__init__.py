"""What happened inside a network: traces of gates and states."""
