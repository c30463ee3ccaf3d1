# Two stages: build a wheel and its environment, then copy only that. Runs as nobody on a read-only root.
# The interpreter that requirements.lock was made for.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/voc && /opt/voc/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY voc voc
COPY models models
COPY taxonomies taxonomies
COPY samples samples
RUN python -m pip wheel --no-deps --wheel-dir /tmp/wheel . && /opt/voc/bin/pip install --no-deps /tmp/wheel/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin voc \
    && install -d -o voc -g voc -m 0700 /data
COPY --from=build /opt/voc /opt/voc
ENV PATH=/opt/voc/bin:$PATH VOC_HOME=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER voc
VOLUME /data
EXPOSE 8400
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8400/healthz', timeout=2)"]
ENTRYPOINT ["voc"]
CMD ["serve", "--host", "0.0.0.0"]
