#!/usr/bin/env bash
# The book's pictures of reports, from the scene that the program renders: docs/screenshots.sh [GCL]
# Needs Chromium (or its path in CHROMIUM) and ImageMagick's convert with WebP.
set -euo pipefail
cd "$(dirname "$0")"
gcl=$(realpath "${1:-../target/release/gcl}")
pictures=$PWD/pictures
chromium=${CHROMIUM:-chromium}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$pictures"
cd "$work"

# photograph REPORT NAME WIDTH HEIGHT STYLE: the report, with a style of its own added to it, as pictures/NAME.webp.
photograph() {
    sed "s|</style>|$5</style>|" "$1" > page.html
    "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size="$3,$4" \
        --screenshot="$work/page.png" "file://$work/page.html" 2>chromium.log || { cat chromium.log; exit 1; }
    convert page.png -trim -bordercolor '#f4f6f8' -border 12 -quality 80 "$pictures/$2.webp"
}

"$gcl" demo
"$gcl" find gcl-demo/videos/test
photograph found/report.html found 960 700 'section:not(#moments){display:none}'
photograph found/report.html timelines 960 660 'header,nav,.answer,#moments,#config,footer,details:nth-of-type(n+4),details:nth-of-type(2){display:none}'
photograph gcl-demo/run/report.html judged 960 1400 'header{margin-bottom:16px}nav,.answer,section:not(#measures),footer{display:none}'
du -k "$pictures"/*.webp
