#!/bin/sh
# Before the servers of a release start: the database, and what nginx reads from the disk. Running it again is harmless.
set -eu
cd "$(dirname "$0")/.."

python manage.py migrate --noinput
# Files of the release before stay, since its pages may still be on somebody's screen.
if [ "$STATIC_DIR" != "$DATA_DIR/static" ]; then
    mkdir -p "$DATA_DIR/static"
    cp -R "$STATIC_DIR/." "$DATA_DIR/static/"
fi
# nginx must never read half a file.
python manage.py print_nginx >"$DATA_DIR/.headers.conf"
mv "$DATA_DIR/.headers.conf" "$DATA_DIR/headers.conf"
