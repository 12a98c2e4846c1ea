# shellcheck shell=bash
# `./dev image`, read by dev, whose need, say and die it uses: builds the image video-ad-tracker, with
# docker where its daemon answers, else with buildah; --test then runs the README's quickstart on it.
#
# Images that can't be pulled are made of Debian's packages, under the names the registry has for them.

image() {
    [[ $# -eq 0 || ($# -eq 1 && $1 == --test) ]] || die "usage: ./dev image [--test]"
    mkdir -p .dev/image
    if docker info >/dev/null 2>&1; then
        image_with_docker "$@"
    else
        image_with_buildah "$@"
    fi
}

image_with_docker() {
    say "builds the image video-ad-tracker with docker"
    docker build --build-arg REVISION="$(image_revision)" --tag video-ad-tracker .
    (($# == 0)) || image_test
}

# The test has a store of its own, and runs where it meets none of the machine's containers and ports.
image_with_buildah() {
    need buildah debootstrap debian-archive-keyring
    image_store=()
    if (($#)); then
        need podman runc netavark aardvark-dns iptables iproute2 python3 curl
        ((EUID == 0)) || die "image --test runs containers without docker's daemon: run it as root"
        image_store=(--root "$PWD/.dev/image/store" --runroot "$PWD/.dev/image/run" --storage-driver vfs)
    elif ! buildah info >/dev/null 2>&1; then
        image_store=(--storage-driver vfs)
    fi
    image_have docker.io/library/debian:bookworm-slim image_debootstrap
    say "builds the image video-ad-tracker with buildah"
    image_bud video-ad-tracker . --build-arg REVISION="$(image_revision)"
    (($#)) || return 0
    # What earlier runs built.
    buildah "${image_store[@]}" rmi --prune >/dev/null 2>&1 || true
    image_have docker.io/library/postgres:latest image_stand_in postgres
    image_have docker.io/prom/prometheus:latest image_stand_in prometheus
    PATH=$PWD/test/image/podman:$PATH
    export -f image_test
    test/image/podman/alone bash -ec '
        docker rm --all --force >/dev/null
        docker volume rm --all --force >/dev/null
        docker network prune --force >/dev/null
        image_test' 2>&1 | grep -v 'CNI config\|systemd connection\|connect to syslog'
}

image_test() {
    PYTHONDONTWRITEBYTECODE=1 python3 test/run.py test/image/test_image.py
}

image_revision() {
    git rev-parse --short=12 HEAD 2>/dev/null || echo unknown
}

# image_bud TAG DIRECTORY [OPTION ...]. Docker's format, because the other one has no HEALTHCHECK.
image_bud() {
    buildah "${image_store[@]}" bud --isolation chroot --format docker --pull-never --tag "$1" \
        "${@:3}" "$2" >.dev/image/build.log 2>&1 ||
        die "buildah failed, see .dev/image/build.log: $(tail -n 3 .dev/image/build.log)"
}

# image_have NAME COMMAND ...: unless the image is there, pulls it, or makes it by the command.
image_have() {
    ! buildah "${image_store[@]}" inspect --type image "$1" >/dev/null 2>&1 || return 0
    ! timeout 600 buildah "${image_store[@]}" pull "$1" >/dev/null 2>&1 || return 0
    say "could not pull $1: makes one of Debian's packages"
    "${@:2}" "$1"
}

image_stand_in() {
    image_bud "$2" "test/image/$1"
}

image_debootstrap() {
    local archive=.dev/image/debian.tar container
    ((EUID == 0)) || die "debootstrap needs root"
    test/image/debian/make "$archive" >.dev/image/debian.log 2>&1 ||
        die "debootstrap failed: $(tail -n 3 .dev/image/debian.log)"
    container=$(buildah "${image_store[@]}" from scratch)
    buildah "${image_store[@]}" add --quiet "$container" "$archive" / >/dev/null
    buildah "${image_store[@]}" config --cmd bash "$container"
    buildah "${image_store[@]}" commit --quiet --rm "$container" "$1" >/dev/null
    rm "$archive"
}
