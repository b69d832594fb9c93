"""Charts of finished things as pure functions: data in, a `Chart` (Plotly figure and a sentence about it) out.

No function here reads the session, the disk or a model, and none knows Streamlit; the live training curve is
not here either, because Plotly rebuilds a chart on every change of its data (see ui/run_panel.py).
"""
