#!/usr/bin/env bash
# Repeats the table of docs/results.md on footage that is trained on and judged: bash docs/footage.sh DATA OUT
#
# DATA holds ped2/ and upcam/ as for docs/results.sh. OUT keeps features and runs, so an interrupted script goes on
# where it stopped. NETS, METHODS, SEEDS, FOLDS, SCENES and SETS may be set. Prints set, extractor, method, folds, seed, AUC.
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

judge() { # set net features truth videos-without-truth
    for method in ${METHODS:-knn mahalanobis pca isolation-forest gcl-b}; do
        for folds in ${FOLDS:-0 10}; do
            for seed in ${SEEDS:-0}; do
                run=$out/runs/$1-$2-$method-$folds-$seed
                options=(--method "$method" --seed "$seed" --cross-fit "$folds")
                if [ ! -d "$run/scores" ]; then
                    rm -rf "$run"
                    "$gcl" train "$3" --out "$run" "${options[@]}" >/dev/null 2>&1
                    rm -rf "$run/scores/$5"
                fi
                auc=$("$gcl" eval "$run/scores" "$4" | sed -n 's/^micro AUC *//p')
                echo "$1 $2 $method $folds $seed $auc"
            done
        done
    done
}

for net in ${NETS:-lite0 gradient}; do
    for set in ${SETS:-ped2 upcam}; do
        case $set in
            ped2)
                for part in train test; do
                    "$gcl" extract "$data/ped2/$part" --net "$net" --out "$out/$net/ped2/$part" >/dev/null 2>&1
                done
                judge ped2 "$net" "$out/$net/ped2" "$data/ped2/truth.csv" train
                ;;
            upcam)
                "$gcl" extract "$data/upcam/eval" --net "$net" --out "$out/$net/upcam" >/dev/null 2>&1
                judge upcam-hour "$net" "$out/$net/upcam" "$data/upcam/eval/00.csv" none
                ;;
        esac
    done
    for scene in ${SCENES:-401 402}; do
        if [ ! -d "$out/scene-$scene/run" ]; then
            "$gcl" demo --scene-seed "$scene" --method pca --out "$out/scene-$scene" >/dev/null 2>&1
        fi
        "$gcl" extract "$out/scene-$scene/videos" --net "$net" --out "$out/$net/scene-$scene" >/dev/null 2>&1
        judge "scene-$scene" "$net" "$out/$net/scene-$scene" "$out/scene-$scene/truth.csv" train
    done
done
