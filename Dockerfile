# The app for strangers. docs/hosting.md says how to run it.
FROM python:3.12-slim

# Where torch comes from: its CPU build; https://pypi.org/simple for the one with CUDA.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    UNROLL_PROFILE=hosted \
    UNROLL_RUNS_DIR=/srv/unroll/runs \
    UNROLL_STATE_DIR=/srv/unroll/state \
    UNROLL_DATA_DIR=/srv/unroll/data

WORKDIR /app
COPY requirements.txt ./
RUN pip install torch==2.13.0 --index-url ${TORCH_INDEX} && pip install -r requirements.txt

COPY LICENSE streamlit_app.py ./
COPY .streamlit/config.toml .streamlit/
COPY core core
COPY datasets datasets
COPY pages pages
COPY starters starters
COPY ui ui
RUN python -m compileall -q core pages ui streamlit_app.py \
    && useradd --uid 1000 --create-home unroll \
    && mkdir -p /srv/unroll/runs /srv/unroll/state /srv/unroll/data \
    && chown -R unroll /srv/unroll

USER unroll
VOLUME ["/srv/unroll/runs", "/srv/unroll/state", "/srv/unroll/data"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"STREAMLIT_SERVER_PORT\"]}/_stcore/health', timeout=4)"]

# In this form signals reach the server itself, and it ends in order.
CMD ["python", "-m", "streamlit", "run", "streamlit_app.py"]
