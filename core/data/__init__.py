"""Data: what exists, where it comes from, how it is cleaned, split, tokenized and batched."""
