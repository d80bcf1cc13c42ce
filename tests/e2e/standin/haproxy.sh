#!/bin/sh
# For machines without a container registry: an image of the name docker-compose.yml asks for, made of an HAProxy that is
# installed here and the libraries it is linked to. It may be another release than the tag says.
#   tests/e2e/standin/haproxy.sh [/usr/sbin/haproxy]
set -eu
binary=${1:-$(command -v haproxy)}
cd "$(dirname "$0")/../../.."
image=$(sed -n 's/^ *image: \(haproxy:[^ ]*\).*/\1/p' docker-compose.yml)
docker image inspect "$image" >/dev/null 2>&1 && { echo "$image is there"; exit 0; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/usr/local/etc/haproxy"
cp "$binary" "$root/bin/haproxy"
for library in $(ldd "$binary" | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
chmod 755 "$root"
tar -C "$root" -c . | docker import \
    --change 'USER 99:99' --change 'LABEL standin=true' \
    --change 'CMD ["/bin/haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]' - "$image"
