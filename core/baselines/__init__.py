"""Naive and classical references for every task: what a recurrent network has to beat to be worth its training.

One module a family, which a task's description names: `forecasting`, `ngram` (language models), `classification`, `tagging`,
`translation`. A baseline is one class in its family's tuple, fitted on the training set only; the task scores it on the
same examples as its network. No torch; scikit-learn is imported by the method that needs it.
"""
