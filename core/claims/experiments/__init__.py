"""The measurements behind the claims, one file a subject; they need torch. Nothing but `python -m core claims` runs them."""
