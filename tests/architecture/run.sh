#!/bin/sh
# The house's rules as TAP. Each check prints what breaks it; nothing printed is a pass.
set -u
number=0
check() { # NAME COMMAND...
    name=$1
    shift
    number=$((number + 1))
    found=$("$@" 2>&1)
    if [ -z "$found" ]; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        printf '%s\n' "$found" | head -20 | sed 's/^/# /'
    fi
}
only_in() { # PATTERN ALLOWED-REGEX: files that include the library elsewhere
    grep -rlE "#include <$1" server scanner --include='*.[ch]' --include='*.cpp' | grep -vE "$2"
}
banned() {
    grep -rnE '\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol)[[:space:]]*\(' server scanner include tests --include='*.[ch]'
}
sql_in_c() {
    grep -rnE '"[^"]*\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)[[:space:]]' server scanner --include='*.c' | grep -v '^server/db/'
}
unfinished() {
    git grep -nIwE 'TO''DO|FIX''ME|XX''X|HA''CK' -- . ':!tests/run.sh' ':!server/site/text'
}
too_long() {
    find server scanner include tests -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 460 { print $2 ": " $1 " lines" }'
}
places() {
    git ls-files | xargs grep -nIE '/(wo[r]k|ho[m]e)/(main|steering|root)|/t[m]p/w/' 2> /dev/null
}
untranslated() {
    { grep -rhoE "\{\{'[^']*'\}\}" server/site/pages | sed "s/^{{'//; s/'}}\$//"
      cat server/endpoints/*.c | tr '\n' ' ' | sed 's/"  *"//g' | grep -oE '(page_text\([a-z>-]*request, |text_in\([a-z_>-]*language, *)"([^"\]|\\.)*"' | sed 's/^[^"]*"//; s/"$//'; } | LC_ALL=C sort -u > "$build/sentences"
    sed -n 's/^msgid "\(.\{1,\}\)"$/\1/p' server/site/text/nl.po | LC_ALL=C sort -u > "$build/translated"
    LC_ALL=C comm -23 "$build/sentences" "$build/translated" | sed 's/^/no Dutch for: /'
}
# Refusals that a person can meet on a page, of C and of SQL; what stands in braces in one stands after a percent sign in the other.
refusals_untranslated() {
    plain() { sed "s/^[^\"']*[\"']//; s/[\"']\$//; s/\\\\\"/\"/g; s/''/'/g; s/%[.0-9]*[lz]*[a-z]/%/g; s/{[a-z]*}/%/g; s/^'[a-z]*'/'%'/" | awk 'NF > 2'; }
    { for file in $(ls server/endpoints/*.c | grep -v '/\(api_\|sealed_log\|static_files\|export\|signed_scan\|door\)') server/web/request.c server/web/router.c server/shared/label.c; do
          tr '\n' ' ' < "$file" | sed 's/"  *"//g' | grep -oE 'error_(set|field)\([^;]*;' | grep -vE 'ERROR_(INTERNAL|UNAVAILABLE)' | grep -oE '"([^"\]|\\.)*"' | plain
      done
      tr '\n' ' ' < sql/functions/record_events.sql | grep -oE "(THEN|ELSE|text :=|message :=) *'([^']|'')*'" | plain
    } | LC_ALL=C sort -u > "$build/refusals"
    sed -n 's/^msgid //p' server/site/text/nl.po | plain | LC_ALL=C sort -u > "$build/refusals_translated"
    LC_ALL=C comm -23 "$build/refusals" "$build/refusals_translated" | sed 's/^/no Dutch for the refusal: /'
}
routes_described() { # every API route stands in the description
    "$BUILD/spoord" routes | awk '/ \/api\// { print tolower($1), $2 }' | while read -r method path; do
        awk -v path="  $path:" -v method="    $method:" '$0 == path { inside = 1; next } /^  \// { inside = 0 } inside && $0 == method { found = 1 } END { exit !found }' \
            server/site/static/openapi.yaml || echo "$method $path is not described"
    done
}
help_has_examples() {
    for program in spoord spoor-scan; do
        "$BUILD/$program" help --man | grep -q '^\.SH EXIT STATUS' || echo "$program: no man page"
    done
    "$BUILD/spoord" --help | sed -n '/^Commands/,/^Environment/p' | sed -n 's/^  \([a-z]*\( [a-z]*\)\{0,1\}\)  .*/\1/p' | while read -r command; do
        # shellcheck disable=SC2086
        "$BUILD/spoord" $command --help | grep -q '^Examples' || echo "spoord $command --help has no examples"
    done
}
BUILD=${BUILD:-build/release}
build=$BUILD/results
mkdir -p "$build"

check 'an include goes down and never up' sh tests/architecture/check_floors.sh
check 'microhttpd only in web' only_in microhttpd '^server/web/'
check 'libpq only in db' only_in libpq '^server/db/'
check 'qrencode in one file of each program' only_in qrencode '^(server/render/qr|scanner/label_picture).c$'
check 'zbar in one file of the scanner' only_in zbar '^scanner/zbar_reader.c$'
check 'libpng in one file of the scanner' only_in png.h '^scanner/picture_png.c$'
check 'libjpeg in one file of the scanner' only_in jpeglib '^scanner/picture_jpeg.c$'
check 'libwebp in one file of the scanner' only_in webp/ '^scanner/picture_webp.c$'
check 'libheif in one file of the scanner' only_in libheif/ '^scanner/picture_heic.c$'
check 'libexif in one file of the scanner' only_in libexif/ '^scanner/picture_grey.c$'
check 'libzxing in one file of the scanner' only_in ZXing/ '^scanner/datamatrix.cpp$'
check 'libseccomp in one file of the scanner' only_in seccomp.h '^scanner/sandbox.c$'
check 'curl in one file of the scanner' only_in curl/ '^scanner/upload.c$'
check 'sqlite in one file of the scanner' only_in sqlite3 '^scanner/queue_database.c$'
check 'ncurses in one file of the scanner' only_in curses '^scanner/face.c$'
check 'ALSA in one file of the scanner' only_in alsa/ '^scanner/sound.c$'
check 'libevdev in one file of the scanner' only_in libevdev/ '^scanner/hand_scanner.c$'
check 'cairo in the sheets of render' only_in cairo '^server/render/(label_sheet|card_sheet|sheet_parts).[ch]$'
check 'pango in one file of render' only_in pango/ '^server/render/card_sheet.c$'
check 'no banned calls' banned
check 'no SQL text in C outside db' sql_in_c
check 'nothing unfinished' unfinished
check 'no file is too long' too_long
check 'no path of a machine' places
check 'every sentence has a Dutch one' untranslated
check 'every refusal has a Dutch one' refusals_untranslated
check 'every API route stands in the OpenAPI description' routes_described
check 'every command has help with examples' help_has_examples
check 'a run of the tests ends all that it started' sh tests/architecture/stopped_run.sh
echo "1..$number"
