# Build and run, with nothing writable but /data and /tmp:
#
#   docker build -t pocketdesk .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --env-file .env -v desk:/data pocketdesk
#
# A digest pins the base image for good (python:3.12-slim@sha256:...). It changes with every security update of the image,
# so it is an argument of the release build and not a line here that would rot: --build-arg BASE=python:3.12-slim@sha256:...
ARG BASE=python:3.12-slim

FROM ${BASE} AS builder
WORKDIR /build
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml requirements.lock README.md ./
# uv itself comes from the lock too; then the run-time packages alone, each checked by its hash.
RUN sed -n '/^uv==/,/# via/p' requirements.lock > uv.txt \
 && pip install --no-cache-dir --require-hashes --only-binary :all: -r uv.txt \
 && uv venv --python 3.12 /opt/venv \
 && uv pip install --no-cache --python /opt/venv/bin/python --require-hashes --compile-bytecode \
        --constraints requirements.lock --requirements pyproject.toml
COPY bot bot
COPY engine engine
COPY storage storage
COPY strategies strategies
RUN uv build --wheel --build-constraints requirements.lock --require-hashes --out-dir dist \
 && uv pip install --no-cache --python /opt/venv/bin/python --no-deps --compile-bytecode dist/*.whl

# The core compiled to C, for research; a compiler and mypy stay behind in this stage.
FROM builder AS compiler
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
RUN sed -n -e '/^mypy==/,/# via/p' -e '/^setuptools==/,/# via/p' requirements.lock > compiler.txt \
 && uv pip install --no-cache --python /opt/venv/bin/python --require-hashes \
        --constraints requirements.lock --requirements compiler.txt
COPY setup.py ./
COPY .ci/compile .ci/lookups.h .ci/
COPY tests/forms tests/forms
RUN PYTHON=/opt/venv/bin/python sh .ci/compile && /opt/venv/bin/python -m compileall -q build/compiled

FROM ${BASE}
RUN groupadd --gid 10001 desk \
 && useradd --uid 10001 --gid desk --no-create-home --home-dir /tmp --shell /usr/sbin/nologin desk \
 && install -d -o desk -g desk -m 0700 /data
COPY --from=builder /opt/venv /opt/venv
COPY --from=compiler /build/build/compiled /opt/compiled
# The root filesystem may be read-only: state goes to /data, what libraries cache to /tmp.
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    POCKETDESK_CORE=/opt/compiled \
    DATA_DIR=/data HOME=/tmp MPLCONFIGDIR=/tmp/matplotlib NUMBA_CACHE_DIR=/tmp/numba
USER desk
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["pocketdesk", "doctor", "--quick"]
ENTRYPOINT ["pocketdesk"]
CMD ["run"]
