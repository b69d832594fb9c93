"""What can be trained on without bringing anything: one module a kind of data, one entry a data set."""
