#!/bin/sh
# Make sure that there is a Chromium for the browser tests; install Debian's when we may.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then sudo=""; else sudo="sudo -n"; fi
    if $sudo true 2>/dev/null; then
        echo "installing chromium for the browser tests"
        $sudo apt-get update -qq
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq chromium >/dev/null
        exit 0
    fi
fi
echo "The browser tests need Chromium, and it cannot be installed from here." >&2
echo "Install it (Debian and Ubuntu: apt-get install chromium; macOS: brew install chromium) and run again." >&2
exit 1
