# One image a service: docker build -f docker/service.Dockerfile --build-arg SERVICE=petitions .
FROM python:3.11-slim AS environment
WORKDIR /app
COPY requirements-bootstrap.lock requirements.lock ./
RUN python -m venv /app/.venv \
 && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements-bootstrap.lock \
 && /app/.venv/bin/uv pip install --no-cache --python /app/.venv/bin/python --require-hashes -r requirements.lock \
 && /app/.venv/bin/pip uninstall --yes uv

FROM python:3.11-slim
ARG SERVICE
RUN useradd --system --no-create-home liandong && install -d -m 700 -o liandong /evidence
WORKDIR /app
COPY --from=environment /app/.venv /app/.venv
COPY shared shared
COPY services/__init__.py services/__init__.py
COPY services/${SERVICE} services/${SERVICE}
ENV SERVICE=${SERVICE} PYTHONUNBUFFERED=1 LC_ALL=C.UTF-8
USER liandong
EXPOSE 8000
CMD ["sh", "-c", "exec .venv/bin/python -m shared.http.server services.$SERVICE.main:app --host 0.0.0.0 --port 8000"]
