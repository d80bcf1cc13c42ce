# The service: scores records over HTTP. No torch, no onnx, no compiler, no pip. From the repository's root:
#   docker build -f docker/service.Dockerfile -t offbeat-service .
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 offbeat-service

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_CONSTRAINT=/build/constraints.txt
WORKDIR /build
RUN python -m venv --without-pip /opt/offbeat
# What is installed changes rarely and the code often: each has a layer of its own.
COPY pyproject.toml constraints.txt docker/requirements.py ./
# wheels/ need not exist: a machine that reaches no package index puts what it wants to install there.
COPY LICENSE wheel[s] wheels/
RUN python requirements.py service > requirements.txt \
 && pip --python /opt/offbeat/bin/python install --find-links wheels -r requirements.txt
COPY README.md LICENSE ./
COPY batch/ batch/
COPY models/ models/
COPY offbeat/ offbeat/
COPY service/ service/
COPY training/ training/
RUN pip --python /opt/offbeat/bin/python install --find-links wheels --no-deps .

FROM python:3.12-slim
LABEL org.opencontainers.image.title="offbeat-service" \
      org.opencontainers.image.description="Anomaly detection as a service, from autoencoders" \
      org.opencontainers.image.licenses="MIT"
# A volume that is new takes its owner from this folder. There is no VOLUME: it would leave one behind per container.
RUN groupadd --gid 10001 offbeat \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin offbeat \
 && install -d -o 10001 -g 10001 /var/lib/offbeat /var/lib/offbeat/repository
COPY --from=build /opt/offbeat /opt/offbeat
ENV PATH=/opt/offbeat/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OFFBEAT_REPOSITORY=/var/lib/offbeat/repository
WORKDIR /var/lib/offbeat
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["offbeat"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
