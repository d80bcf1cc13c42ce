#!/bin/sh
# For machines without a container registry: an image of the name the Dockerfiles start FROM, made of Debian's packages.
# Its Python is Debian's, which may be older than the tag says. Needs root, mmdebstrap, and a Debian mirror.
#   tests/e2e/standin/python.sh
set -eu
cd "$(dirname "$0")/../../.."
image=$(sed -n 's/^FROM \([^ ]*\).*/\1/p' docker/service.Dockerfile | head -n 1)
docker image inspect "$image" >/dev/null 2>&1 && { echo "$image is there"; exit 0; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3,python3-pip,python3-venv stable "$root/root.tar"
mkdir -p "$root/more/usr/local/bin" "$root/more/etc/ssl/certs"
for name in python python3; do ln -s /usr/bin/python3 "$root/more/usr/local/bin/$name"; done
ln -s /usr/bin/pip3 "$root/more/usr/local/bin/pip"
cp /etc/ssl/certs/ca-certificates.crt "$root/more/etc/ssl/certs/" # what this machine trusts, the build may trust
tar --append --file "$root/root.tar" --owner 0 --group 0 -C "$root/more" .
docker import \
    --change 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' \
    --change 'ENV PIP_BREAK_SYSTEM_PACKAGES=1 PIP_CERT=/etc/ssl/certs/ca-certificates.crt' \
    --change 'LABEL standin=true' --change 'CMD ["python3"]' "$root/root.tar" "$image"
