"""Runs as files that need nothing of Unroll: a script, ONNX, a folder as the Hub has it.

Each begins with the script, which says a run's network in torch's own modules and is written from a template by kind of
data (`templates/`). What a template cannot say is refused in words (`plain.py`).
"""
