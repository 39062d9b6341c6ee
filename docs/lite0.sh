#!/usr/bin/env bash
# Repeats the tables of docs/results.md on `--net lite0`: bash docs/lite0.sh DATA OUT
#
# DATA holds ped2/ and upcam/ as for docs/results.sh. OUT keeps features and runs, so an interrupted script goes on
# where it stopped. NETS, METHODS, SEEDS and HOURS (an extra option for upcam's training hours, such as
# "--shard 1/4") may be set.
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

plan=$out/plan.toml
cat >"$plan" <<PLAN
methods = [$(sed 's/[a-z-]*/"&"/g; s/""//g' <<<"${METHODS:-knn,mahalanobis,pca,isolation-forest,gcl-b}")]
presets = ["any"]
seeds = "${SEEDS:-0..1}"

[[variant]]
name = "half-whiten"
set = []

[[variant]]
name = "center-scalar"
set = ["scaler=\"center-scalar\""]
PLAN

set_() { # name train test truth
    printf '\n[[data]]\nname = "%s"\ntrain = "%s"\ntest = "%s"\ntruth = "%s"\n' "$@" >>"$plan"
}

for net in ${NETS:-gradient lite0}; do
    at=$out/$net
    for part in train test; do
        "$gcl" extract "$data/ped2/$part" --net "$net" --out "$at/ped2/$part" >/dev/null
    done
    "$gcl" extract "$data/upcam/eval" --net "$net" --out "$at/upcam/eval" >/dev/null
    set_ "ped2-usual-$net" "$at/ped2/train" "$at/ped2/test" "$data/ped2/truth.csv"
    set_ "ped2-unlabelled-$net" "$at/ped2" "$at/ped2/test" "$data/ped2/truth.csv"
    set_ "upcam-hour-$net" "$at/upcam/eval" "$at/upcam/eval" "$data/upcam/eval/00.csv"
    if [ -n "${HOURS+set}" ]; then
        # shellcheck disable=SC2086
        "$gcl" extract "$data/upcam/train" --net "$net" --out "$at/upcam/train" $HOURS >/dev/null
        set_ "upcam-$net" "$at/upcam/train" "$at/upcam/eval" "$data/upcam/eval/00.csv"
    fi
done
"$gcl" sweep --plan "$plan" --out "$out/runs" "${@:3}"
