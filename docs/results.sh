#!/usr/bin/env bash
# Repeats the tables of docs/results.md: bash docs/results.sh DATA OUT
#
# DATA holds upcam/, ped2/, adbench/ and shanghaitech/; see docs/results.md for where to get them. What is
# missing is left out. OUT keeps features and runs, so an interrupted script goes on where it stopped.
# SEEDS (0..5) and METHODS may be set.
set -euo pipefail
data=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
cargo build --release --quiet
cp target/release/gcl "$out/gcl" # so that a build meanwhile changes nothing
gcl=$out/gcl

plan=$out/plan.toml
cat >"$plan" <<PLAN
methods = [$(sed 's/[a-z-]*/"&"/g; s/""//g' <<<"${METHODS:-knn,mahalanobis,pca,isolation-forest,kim,ae,ae-td,self-label,soft-label,gcl-no-nl,gcl-b,gcl-pt}")]
presets = ["any"]
seeds = "${SEEDS:-0..5}"
PLAN

set_() { # name train test truth [more lines]
    printf '\n[[data]]\nname = "%s"\ntrain = "%s"\ntest = "%s"\ntruth = "%s"\n' "$1" "$2" "$3" "$4" >>"$plan"
    [ $# -lt 5 ] || printf '%s\n' "$5" >>"$plan"
}

if [ -d "$data/ped2" ]; then
    "$gcl" extract "$data/ped2/train" --out "$out/ped2/train" >/dev/null
    "$gcl" extract "$data/ped2/test" --out "$out/ped2/test" >/dev/null
    set_ ped2 ped2 ped2/test "$data/ped2/truth.csv"
fi
if [ -d "$data/shanghaitech/tracks" ]; then
    for part in train test; do
        "$gcl" extract "$data/shanghaitech/tracks/$part" --net box-tracks \
            --frames "$data/shanghaitech/masks-occ" \
            --out "$out/tracks/$part" >/dev/null
    done
    set_ tracks tracks/train tracks/test "$data/shanghaitech/masks-occ"
fi
for seed in ${SCENES:-401 402 403}; do
    [ -d "$out/scenes/$seed/features/test" ] ||
        "$gcl" demo --scene-seed "$seed" --method mahalanobis --out "$out/scenes/$seed" >/dev/null
    scene=scenes/$seed
    set_ "scene-$seed" "$scene/features/train" "$scene/features/test" "$scene/truth.csv"
done
if [ -d "$data/adbench" ]; then
    python3 docs/adbench.py "$data/adbench" "$out/adbench"
    for folder in "$out"/adbench/*/; do
        name=$(basename "$folder")
        set_ "$name" "adbench/$name/features" "adbench/$name/features" "adbench/$name/truth.csv" \
            'clip-length = 1'
    done
fi
if [ -d "$data/upcam" ]; then
    "$gcl" extract "$data/upcam/train" --out "$out/upcam/train" >/dev/null
    "$gcl" extract "$data/upcam/eval" --out "$out/upcam/eval" >/dev/null
    set_ upcam upcam/train upcam/eval "$data/upcam/eval/00.csv"
fi
"$gcl" sweep --plan "$plan" --out "$out/runs" "${@:3}"
