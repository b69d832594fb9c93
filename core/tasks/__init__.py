"""One file a task: it binds an experiment to data, model, loss, metrics, predictions and baselines."""
