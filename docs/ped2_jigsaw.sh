#!/usr/bin/env bash
# Puzzles on real pictures, alone and in a pair: bash docs/ped2_jigsaw.sh DATA OUT
#
# DATA is UCSD Ped2 (its first half will do): `train/NN` and `test/NN` with JPEG frames, `truth.csv` (ranges of
# abnormal frames) and `boxes_train.csv`, `boxes_test.csv` (a detector's boxes: clip, frame, x1, y1, x2, y2).
# Everything is made here: cubes around the boxes for the puzzles, clip features (`gradient`, no
# weights) for the weakly-supervised model. OUT keeps it all, so that an interrupted script resumes.
#
# Cubes of 32 pixels of every EVERY-th frame and a network of WIDTH channels (published: 64 pixels, every frame,
# 32), so that a run takes minutes on one core. Every run sees about as many cubes: EPOCHS over the normal
# clips, half as many over all, and the pair's MODULES of LOOPS of 2 epochs.
# SEEDS, STEPS (of the weakly-supervised model in a loop) and GCL=path/to/gcl may be set, too.
set -euo pipefail
data=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
if [ -z "${GCL:-}" ]; then
    cargo build --release --quiet
    cp target/release/gcl "$out/gcl" # so that a build meanwhile changes nothing
    GCL=$out/gcl
fi

if [ ! -e "$out/cubes.npy" ]; then
    {
        echo clip,frame,x1,y1,x2,y2
        for split in train test; do tail -n +2 "$data/boxes_$split.csv" | sed "s|^|$split/|"; done
    } >"$out/boxes.csv"
    {
        echo id,split,label
        # Training clips are normal; only the runs on normal clips read that.
        for split in train test; do
            for clip in "$data/$split"/*/; do
                echo "$split/$(basename "$clip"),$split,$([ $split = test ] && echo 1 || echo 0)"
            done
        done
    } >"$out/videos.csv"
    "$GCL" extract "$data" --out "$out/features" >/dev/null
    "$GCL" extract "$data" --net cubes --boxes "$out/boxes.csv" --out "$out/cubes.npy" \
        --cube-side 32 --cube-every "${EVERY:-10}" >/dev/null
fi

common=("$out/features" --cubes "$out/cubes.npy" --manifest "$out/videos.csv"
    --test-split test --truth "$data/truth.csv")
small=(--set one_class.width="${WIDTH:-8}" --set one_class.hidden=128 --set one_class.optimizer.learning_rate=1e-3)

run() { # name seed arguments...
    local folder=$out/runs/$1-$2 log=$out/runs/$1-$2.log
    mkdir -p "$out/runs"
    if [ -e "$folder/model/pair.json" ]; then :
    elif [ -e "$folder/config.toml" ]; then
        "$GCL" pair train --resume --out "$folder" "${common[@]}" 2>>"$log" >/dev/null
    else
        "$GCL" pair train --seed "$2" --out "$folder" "${common[@]}" "${small[@]}" "${@:3}" \
            2>>"$log" >/dev/null
    fi
    tr -d ' \n' <"$folder/results.json" |
        sed -E 's/.*"last":\{"one_class":([^,]*),"weak":([^}]*)\}.*"thresholds":\[([^]]*)\].*/\1 \2 \3/' |
        awk -v name="$1" -v seed="$2" '{
            printf "%-24s seed %s  one-class %s  weak %s  T_ws %s\n", name, seed, short($1), short($2), $3 }
            function short(auc) { return auc == "null" ? "     -" : sprintf("%.4f", auc) }'
}

epochs=${EPOCHS:-24}
for seed in ${SEEDS:-0 1 2}; do
    alone=(--alone one-class --occ jigsaw --set alone.batch=32)
    echo "puzzles alone, on normal clips (as their own paper trains)"
    run jigsaw-normal "$seed" "${alone[@]}" --set alone.epochs="$epochs"
    echo "puzzles alone, on all clips, without labels"
    run jigsaw-all "$seed" "${alone[@]}" --set supervision=none --set alone.epochs=$((epochs / 2))
    echo "pairs on all clips, without labels"
    pair=(--ws rtfm --set scaler=z-score --set interleave.threshold.share=0.3
        --set interleave.threshold.max_modules="${MODULES:-2}" --set interleave.loops.most="${LOOPS:-3}"
        --set interleave.weak.length="${STEPS:-60}" --set interleave.one_class.batch=32
        --set interleave.one_class.epochs=2)
    run jigsaw+rtfm "$seed" --occ jigsaw "${pair[@]}"
done
