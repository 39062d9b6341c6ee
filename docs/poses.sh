#!/usr/bin/env bash
# Repeats the tables of docs/results.md on published weights on ped2: bash docs/poses.sh DATA WEIGHTS OUT
#
# DATA holds ped2/ as for docs/results.sh; WEIGHTS holds i3d-kinetics-400.ckpt, ssd.tflite (or the pack, by that
# name) and pose_landmark_lite.tflite, which docs/extraction.md says where to find. OUT keeps features, poses and runs,
# so an interrupted script goes on where it stopped. EPOCHS and SEEDS may be set.
set -euo pipefail
data=$(cd "$1" && pwd)/ped2
weights=$(cd "$2" && pwd)
mkdir -p "$3"
out=$(cd "$3" && pwd)
cd "$(dirname "$0")/.."
gcl=${GCL:-$out/gcl}
if [ ! -x "$gcl" ]; then
    cargo build --release --quiet
    cp target/release/gcl "$gcl" # so that a build meanwhile changes nothing
fi

i3d=$out/i3d.safetensors
[ -e "$i3d" ] || "$gcl" weights convert "$weights/i3d-kinetics-400.ckpt" "$i3d" --net i3d
models=(--net poses --detector "$weights/ssd.tflite" --weights "$weights/pose_landmark_lite.tflite")
for part in train test; do
    "$gcl" extract "$data/$part" --out "$out/i3d/$part" --net i3d --weights "$i3d" >/dev/null
    "$gcl" extract "$data/$part" --out "$out/whole/$part" "${models[@]}" --least 0.2 --sure 0.3 >/dev/null
    "$gcl" extract "$data/$part" --out "$out/tiles/$part" "${models[@]}" --least 0.2 --sure 0.3 --tiles 3x2 >/dev/null
    "$gcl" extract "$data/$part" --out "$out/objects/$part" --net objects --detector "$weights/ssd.tflite" \
        --least 0.2 --sure 0.3 >/dev/null
done

set_() { # name train test truth
    printf '\n[[data]]\nname = "%s"\ntrain = "%s"\ntest = "%s"\ntruth = "%s"\n' "$@" >>"$out/plan.toml"
}

cat >"$out/plan.toml" <<PLAN
methods = ["knn", "mahalanobis", "pca", "isolation-forest", "gcl-b"]
presets = ["any"]
seeds = "0..${SEEDS:-3}"

PLAN
for net in i3d objects; do
    set_ "ped2-usual-$net" "$out/$net/train" "$out/$net/test" "$data/truth.csv"
    set_ "ped2-unlabelled-$net" "$out/$net" "$out/$net/test" "$data/truth.csv"
done
"$gcl" sweep --plan "$out/plan.toml" --out "$out/sweep"

for poses in whole tiles; do
    for epochs in ${EPOCHS:-8 40}; do
        for seed in $(seq 0 $((${SEEDS:-3} - 1))); do
            run=$out/stg-nf/$poses-$epochs-$seed
            [ -e "$run/done" ] && cat "$run/done" && continue
            rm -rf "$run"
            auc=$("$gcl" pair train "$out/i3d/train" --alone one-class --occ stg-nf --poses "$out/$poses/train" \
                --set supervision=none --set alone.epochs="$epochs" --seed "$seed" --truth "$data/truth.csv" \
                --test "$out/i3d/test" --test-poses "$out/$poses/test" --out "$run" 2>&1 | grep "frame AUC")
            echo "$poses, $epochs epochs, seed $seed: $auc" | tee "$run/done"
        done
    done
done
