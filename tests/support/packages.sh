#!/bin/sh
# Installs the Debian packages that are missing: sh tests/support/packages.sh run|test|fuzz|tidy ...
# Says what and why before it does; never reinstalls; uses sudo when not root.
set -eu

packages_run="gcc g++ make pkg-config libmicrohttpd-dev libpq-dev libqrencode-dev libsodium-dev libjansson-dev libcairo2-dev libpango1.0-dev
    libzbar-dev libpng-dev libjpeg62-turbo-dev libwebp-dev libheif-dev libexif-dev libzxing-dev libcurl4-openssl-dev libseccomp-dev libsqlite3-dev libevdev-dev libasound2-dev libncurses-dev postgresql-15 fonts-dejavu-core tzdata"
packages_test="libcmocka-dev postgresql-15-pgtap poppler-utils qrencode zbar-tools chromium
    imagemagick curl strace time openssl golang-go golang-golang-x-mod-dev nodejs/node npm/npm git"
# PACKAGE/PROGRAM: a program of this name, wherever it came from, will do.
packages_fuzz="clang"
packages_tidy="clang-format clang-tidy cppcheck"
why_run="to build and run Spoor"
why_test="to run the tests"
why_fuzz="to fuzz"
why_tidy="to check the code"

# shellcheck disable=SC2046
missing() {
    installed=$(dpkg-query -W -f '${Package} ${Status}\n' $(printf '%s\n' "$@" | sed 's|/.*||') 2> /dev/null | sed -n 's/ install ok installed$//p')
    for package; do
        case $package in */*) command -v "${package#*/}" > /dev/null && continue ;; esac
        package=${package%/*}
        case "
$installed
" in *"
$package
"*) ;; *) printf '%s ' "$package" ;; esac
    done
}

install() {
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo > /dev/null || { echo "These packages are missing, and only root can install them: $*" >&2; exit 1; }
        as_root=sudo
    fi
    # Debian would start a PostgreSQL of its own; Spoor brings a private one.
    if ! [ -e /etc/postgresql-common/createcluster.conf ]; then
        $as_root mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | $as_root tee /etc/postgresql-common/createcluster.conf > /dev/null
    fi
    $as_root apt-get update -q > /dev/null || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@" > /dev/null
}

for group; do
    eval "wanted=\$packages_$group why=\$why_$group"
    # shellcheck disable=SC2086
    lacking=$(missing $wanted)
    if [ -n "$lacking" ]; then
        echo "Installing from Debian, $why: $lacking"
        # shellcheck disable=SC2086
        install $lacking
    fi
done
