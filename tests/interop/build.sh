#!/bin/sh
# Builds tests/interop with Debian's Go and golang-golang-x-mod-dev, without a network: build.sh PROGRAM. Ends with 3 where
# Go or the package is absent.
set -eu
sources=/usr/share/gocode
command -v go > /dev/null && [ -d "$sources/src/golang.org/x/mod/sumdb/tlog" ] || exit 3
cache=$(mktemp -d)
trap 'chmod -R u+w "$cache" && rm -rf "$cache"' EXIT
GO111MODULE=off GOFLAGS='' GOPATH=$sources GOCACHE=$cache CGO_ENABLED=0 GOTOOLCHAIN=local go build -o "$1" ./tests/interop
