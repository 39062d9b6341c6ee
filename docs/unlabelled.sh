#!/usr/bin/env bash
# Repeats the table of docs/results.md on later methods without labels: bash docs/unlabelled.sh DATA OUT
#
# DATA holds ped2/, upcam/ and ucf-crime/ (the annotations, and i3d400/: 200 equal parts of each video as I3D's 400
# answers, in train/ and test/, with frames.csv). OUT keeps features and runs, so an interrupted script goes on where
# it stopped. SETS, METHODS and SEEDS may be set. Prints set, method, seed, AUC of all frames.
set -euo pipefail
data=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
gcl=${GCL:-$out/gcl}
if [ ! -x "$gcl" ]; then
    cargo build --release --quiet
    cp target/release/gcl "$gcl" # so that a build meanwhile changes nothing
fi

judge() { # set train test truth [options of train] -- [options of score]
    local name=$1 train=$2 test=$3 truth=$4 method seed
    shift 4
    local cut=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        cut+=("$1")
        shift
    done
    shift
    for method in ${METHODS:-knn mahalanobis ae gcl-b c2fpl clap lanp mle}; do
        for seed in ${SEEDS:-0 1 2}; do
            local run=$out/runs/$name-$method-$seed
            if [ ! -d "$run/scores" ]; then
                rm -rf "$run"
                "$gcl" train "$train" --out "$run" --method "$method" --seed "$seed" --preset any "${cut[@]}" >/dev/null 2>&1
                "$gcl" score "$run" "$test" "$@" >/dev/null 2>&1
            fi
            echo "$name $method $seed $("$gcl" eval "$run/scores" "$truth" 2>/dev/null | sed -n 's/^micro AUC *//p')"
        done
    done
}

for set in ${SETS:-ped2 upcam-hour ucf-i3d400}; do
    case $set in
        ped2)
            for part in train test; do
                "$gcl" extract "$data/ped2/$part" --net lite0 --out "$out/ped2/$part" >/dev/null 2>&1
            done
            judge "$set" "$out/ped2" "$out/ped2/test" "$data/ped2/truth.csv" --
            ;;
        upcam-hour)
            "$gcl" extract "$data/upcam/eval" --net lite0 --out "$out/upcam" >/dev/null 2>&1
            judge "$set" "$out/upcam" "$out/upcam" "$data/upcam/eval/00.csv" --
            ;;
        ucf-i3d400)
            ucf=$data/ucf-crime
            judge "$set" "$ucf/i3d400/train" "$ucf/i3d400/test" "$ucf/Temporal_Anomaly_Annotation.txt" \
                --equal-parts 200 -- --manifest "$ucf/i3d400/frames.csv"
            ;;
    esac
done
