"""Naive and classical references for every task: what a recurrent network has to beat to be worth its training.

One module a family: `forecasting`, `ngram` (language models), `classification`, `translation`. They are fitted on the
training part only and scored with `core.metrics`, on the same examples as the model. No torch; scikit-learn and
sacreBLEU are imported by the functions that need them, so importing this package is cheap.
"""
