# Training: fits autoencoders on the CPU and publishes them. From the repository's root:
#   docker build -f docker/training.Dockerfile -t offbeat-training .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data:ro" -v "$PWD/var/repository:/var/lib/offbeat/repository" \
#       offbeat-training train /data/pump.csv
#
# TORCH_INDEX is asked for torch first, because the package index's own wheel brings gigabytes of CUDA along. A machine
# that reaches neither puts wheels into wheels/, which need not exist.

FROM python:3.12-slim AS build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_CONSTRAINT=/build/constraints.txt
WORKDIR /build
RUN python -m venv --without-pip /opt/offbeat
COPY pyproject.toml constraints.txt docker/requirements.py ./
COPY LICENSE wheel[s] wheels/
RUN pip --python /opt/offbeat/bin/python install --no-deps --retries 1 --find-links wheels \
    --extra-index-url "$TORCH_INDEX" torch
RUN python requirements.py training > requirements.txt \
 && pip --python /opt/offbeat/bin/python install --find-links wheels -r requirements.txt
COPY README.md LICENSE ./
COPY batch/ batch/
COPY models/ models/
COPY offbeat/ offbeat/
COPY service/ service/
COPY training/ training/
RUN pip --python /opt/offbeat/bin/python install --find-links wheels --no-deps .

FROM python:3.12-slim
LABEL org.opencontainers.image.title="offbeat-training" \
      org.opencontainers.image.description="Fits autoencoders and publishes them for offbeat-service" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 offbeat \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin offbeat \
 && install -d -o 10001 -g 10001 /var/lib/offbeat /var/lib/offbeat/repository
COPY --from=build /opt/offbeat /opt/offbeat
# torch asks for the user's name, which --user may leave without one, and keeps its caches in the home.
ENV PATH=/opt/offbeat/bin:$PATH \
    HOME=/tmp \
    LOGNAME=offbeat \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OFFBEAT_REPOSITORY=/var/lib/offbeat/repository
WORKDIR /var/lib/offbeat
USER 10001:10001
ENTRYPOINT ["offbeat"]
CMD ["train", "--help"]
