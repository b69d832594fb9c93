"""Streamlit building blocks shared by the pages: set-up, run panel, charts, results, services."""
