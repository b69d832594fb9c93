"""Every word of a sentence gets a label: parts of speech, names, chunks."""
