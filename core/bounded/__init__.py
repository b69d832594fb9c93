"""What visitors bring is read in processes of its own, with limits on processor, memory and output."""
