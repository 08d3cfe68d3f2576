#!/bin/sh
# Read counts and time of spoor-scan decode, zbarimg and ZXingReader on pictures with their texts beside them:
#   BUILD=build/release sh tests/bench/scan.sh FOLDER     FOLDER/name.png (or .jpg) and FOLDER/name.txt
#   SEED=7 BUILD=build/release sh tests/bench/scan.sh     made labels, by GENERATOR (degrade_labels.py)
# A picture counts as read when its text is among those found, as wrong when only others are. EFFORT=quick|normal|thorough;
# BUDGET=10000 (ms a picture) on a machine that does other things too.
set -eu
generator=${GENERATOR:-../shared/tools/degrade_labels.py}
effort=${EFFORT:-thorough}
budget=${BUDGET:-1500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# Makes the set, and a link and a text for each picture, so that both kinds of set look the same.
generate() {
    python=/usr/bin/python3
    if ! [ -e "$generator" ] || ! $python -c 'import cv2, numpy, PIL' 2> /dev/null; then
        echo "# SKIP no $generator here, or no python3-opencv, python3-pil for it" >&2
        exit 0
    fi
    $python "$generator" --out "$work/set" --seed "${SEED:-1}" --neg "${NEGATIVES:-0}" > /dev/null
    mkdir "$work/pictures"
    $python - "$work/set/manifest.json" "$work/pictures" << 'END'
import json, os, sys
for item in json.load(open(sys.argv[1])):
    name = f"{sys.argv[2]}/{item['kind']}-{item['id'].replace('/', '-')}"
    os.symlink(item['path'], name + os.path.splitext(item['path'])[1])
    open(name + '.txt', 'w').write(item['expect'] or '')
END
    echo "$work/pictures"
}

# Of what a reader printed for a picture: does a line end with the text that was expected?
judge() { # FOUND TEXT-FILE
    if [ ! -s "$1" ]; then
        echo none
    elif [ ! -s "$2" ]; then
        echo wrong
    elif tr -d '\r' < "$1" | grep -qxF -- "$(tr -d '\r' < "$2")"; then
        echo right
    else
        echo wrong
    fi
}

read_spoor() {
    "$BUILD/spoor-scan" decode --effort "$effort" --budget-ms "$budget" "$1" 2> /dev/null | cut -f 3-
}
read_zbarimg() {
    zbarimg -q --nodbus --raw "$1" 2> /dev/null
}
read_zxing() {
    ZXingReader "$1" 2> /dev/null | sed -n 's/^Text: *"\(.*\)"$/\1/p'
}

# One row for each reader and kind (what stands before the first hyphen of made labels, all of a folder).
measure() { # READER FOLDER
    : > "$work/verdicts"
    start=$(date +%s.%N)
    for text in "$2"/*.txt; do
        for picture in "${text%.txt}".png "${text%.txt}".jpg "${text%.txt}".jpeg "${text%.txt}".webp "${text%.txt}".heic; do
            [ -e "$picture" ] || continue
            "read_$1" "$picture" > "$work/found" || true
            case $(basename "$text") in qr-*) kind=qr ;; c128-*) kind=code128 ;; neg-*) kind='no code' ;; *) kind=all ;; esac
            echo "$kind	$(judge "$work/found" "$text")" >> "$work/verdicts"
        done
    done
    awk -F '\t' -v reader="$1" -v took="$(date +%s.%N | awk -v start="$start" "{ print \$1 - start }")" '
        { count[$1]++; verdict[$1, $2]++; all++ }
        END { for (kind in count) printf "| %s | %s | %d | %d | %d | %.0f |\n", reader, kind, count[kind], verdict[kind, "right"], verdict[kind, "wrong"], 1000 * took / all }' "$work/verdicts" | sort
}

folder=${1:-}
[ -n "$folder" ] || folder=$(generate)
[ -n "$folder" ] || exit 0
echo '| reader | pictures | count | read | wrong | ms a picture, all kinds |'
echo '|---|---|---|---|---|---|'
measure spoor "$folder"
! command -v zbarimg > /dev/null || measure zbarimg "$folder"
! command -v ZXingReader > /dev/null || measure zxing "$folder"
