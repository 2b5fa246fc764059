# One image for web, worker and beat; docker-compose.yml says which. Its steps are the Make targets.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /hearth
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir -r requirements.txt -c constraints.txt
COPY . .
RUN SECRET_KEY=build-only make static RUN="python -m" HEARTH_VAR_DIR=/tmp/var STATIC_ROOT=/hearth/staticfiles \
    && rm -rf node_modules /tmp/var

FROM build
RUN useradd --system --uid 10001 --home-dir /hearth hearth && mkdir -p /data && chown hearth /data
USER hearth
ENV RUN="python -m" HEARTH_VAR_DIR=/data STATIC_ROOT=/hearth/staticfiles PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s \
    CMD python -c "import os, urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000/healthz', \
        headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0]}), timeout=4)"
CMD ["make", "web"]
