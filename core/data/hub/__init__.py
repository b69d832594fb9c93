"""Data sets of the Hugging Face Hub: asked about (choices), listed, fetched, kept as plain files, and then read like any file."""
