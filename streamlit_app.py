"""Unroll in the browser: the one entry, for the server and for every look at a page.

The server imports this file once and finds `app`; Streamlit then executes it as `__main__` for each run of a page.
Each screen is a file in pages/.
"""

import streamlit as st
from starlette.middleware import Middleware

from ui.addresses import Addresses
from ui.server import KeptCaches, VisitorCookie, serving
from ui.stream_gate import StreamGate
from ui.upload_gate import UploadGate

if __name__ == "__main__":
    from ui.frame import draw_app

    draw_app()
else:
    gates = (Addresses, StreamGate, UploadGate, VisitorCookie, KeptCaches)
    middleware = [Middleware(gate) for gate in gates]
    app = st.App(__file__, middleware=middleware, lifespan=serving)
