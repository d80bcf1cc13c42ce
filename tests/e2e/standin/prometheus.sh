#!/bin/sh
# For machines without a container registry: an image of the name docker-compose.yml asks for, made of a Prometheus that is
# installed here and the libraries it is linked to. It may be another release than the tag says.
#   tests/e2e/standin/prometheus.sh [/usr/bin/prometheus]
set -eu
binary=${1:-$(command -v prometheus)}
cd "$(dirname "$0")/../../.."
image=$(sed -n 's/^ *image: \(prom\/prometheus:[^ ]*\).*/\1/p' docker-compose.yml)
docker image inspect "$image" >/dev/null 2>&1 && { echo "$image is there"; exit 0; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/etc/prometheus" "$root/prometheus" "$root/tmp"
cp "$binary" "$root/bin/prometheus"
cp "$(dirname "$binary")/promtool" "$root/bin/promtool"
for library in $(ldd "$binary" "$root/bin/promtool" | grep -o '/[^ :]*' | grep '\.so'); do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
chown 65534:65534 "$root/prometheus"
chmod 755 "$root"
tar -C "$root" -c . | docker import \
    --change 'USER 65534:65534' --change 'WORKDIR /prometheus' --change 'EXPOSE 9090' --change 'LABEL standin=true' \
    --change 'ENTRYPOINT ["/bin/prometheus"]' \
    --change 'CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]' - "$image"
