# docker build -f docker/gateway.Dockerfile .
FROM python:3.11-slim AS environment
WORKDIR /app
COPY requirements-bootstrap.lock requirements.lock ./
RUN python -m venv /app/.venv \
 && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements-bootstrap.lock \
 && /app/.venv/bin/uv pip install --no-cache --python /app/.venv/bin/python --require-hashes -r requirements.lock \
 && /app/.venv/bin/pip uninstall --yes uv

FROM python:3.11-slim
RUN useradd --system --no-create-home liandong
WORKDIR /app
COPY --from=environment /app/.venv /app/.venv
COPY shared shared
COPY gateway gateway
ENV PYTHONUNBUFFERED=1 LC_ALL=C.UTF-8
USER liandong
EXPOSE 8000
CMD [".venv/bin/python", "-m", "shared.http.server", "gateway.main:app", "--host", "0.0.0.0", "--port", "8000"]
