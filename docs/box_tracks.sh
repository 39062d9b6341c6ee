#!/usr/bin/env bash
# Interleaving on real box tracks, without labels: bash docs/box_tracks.sh DATA OUT
#
# DATA is ShanghaiTech's `tracks/{train,test}` (DeepSORT's texts), `SH_Train.txt`, `SH_Test.txt` (the
# weakly-supervised split) and `masks-weak` (its truth). Results are on box-track features: they do
# not compare with published ones on poses or clip features. OUT keeps features and runs, so that an
# interrupted script resumes where it stopped.
#
# SEEDS="0 1 2" and GCL=path/to/gcl may be set; MODULES, LOOPS and STEPS make runs shorter or longer.
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
seeds=${SEEDS:-0 1 2}

if [ ! -e "$out/videos.csv" ]; then
    {
        echo id,split,label
        for split in Train Test; do
            # Videos with four digits hold an anomaly; only the supervised rows read that.
            tr -d '\r' <"$data/SH_$split.txt" | awk -F_ -v part="${split,,}" \
                'NF == 2 { print $0 "," part "," (length($2) == 4) }'
        done
    } >"$out/videos.csv"
fi
"$GCL" extract "$data/tracks" --net box-tracks --out "$out/boxes" >/dev/null

common=("$out/boxes" --tracks "$data/tracks" --manifest "$out/videos.csv"
    --split train --test-split test --truth "$data/masks-weak")
# Wider steps and fewer loops than published, so that a run takes minutes.
short=(--set "interleave.threshold.max_modules=${MODULES:-4}"
    --set "interleave.loops.most=${LOOPS:-3}" --set "interleave.weak.length=${STEPS:-150}")
flow=(--set one_class.windows.stride=12 --set one_class.windows.score_stride=3)

run() { # name seed arguments...
    local folder=$out/runs/$1-$2
    if [ -e "$folder/model/pair.json" ]; then :
    elif [ -e "$folder/config.toml" ]; then
        "$GCL" pair train --resume --out "$folder" "${common[@]}" 2>"$out/log" >/dev/null
    else
        "$GCL" pair train --seed "$2" --out "$folder" "${common[@]}" "${@:3}" 2>"$out/log" >/dev/null
    fi
    # The last loop's frame AUCs; the best loop's (chosen by the test labels); the thresholds; and how
    # much the AUC of each model jumps from loop to loop within a module.
    tr -d ' \n' <"$folder/results.json" | sed -E \
        's/.*"last":\{"one_class":([^,]*),"weak":([^}]*)\}.*"thresholds":\[([^]]*)\].*/\1 \2 \3/' |
        awk -v name="$1" -v seed="$2" '{
            printf "%-24s seed %s  one-class %s  weak %s  T_ws %s", name, seed, short($1), short($2), $3 }
            function short(auc) { return auc == "null" ? "     -" : sprintf("%.4f", auc) }'
    awk -F'[:,}]' '/"judged"/ {
            for (i = 1; i <= NF; i++) {
                if ($i ~ /"module"/) module = $(i + 1)
                if ($i ~ /"one_class"/) one = $(i + 1)
                if ($i ~ /"weak"/) weak = $(i + 1)
            }
            if (module == before) { a += abs(one - last_one); b += abs(weak - last_weak); n++ }
            before = module; last_one = one; last_weak = weak
        }
        function abs(x) { return x < 0 ? -x : x }
        END { if (n) printf "  mean jump %.4f / %.4f", a / n, b / n; print "" }' "$folder/events.jsonl"
}

pair() { # name seed occ ws arguments...
    local points=()
    [ "$3" = stg-nf ] && points=("${flow[@]}")
    run "$1" "$2" --occ "$3" --ws "$4" "${short[@]}" "${points[@]}" "${@:5}"
}

for seed in $seeds; do
    echo "pairs, without labels"
    for occ in ae stg-nf; do
        for ws in rtfm sultani; do pair "$occ+$ws" "$seed" "$occ" "$ws"; done
    done
    echo "one-class model alone, on all videos"
    run ae-all "$seed" --alone one-class --occ ae --set supervision=none
    run stg-nf-all "$seed" --alone one-class --occ stg-nf --set supervision=none \
        --set alone.epochs=4 "${flow[@]}"
    echo "weighting and adaptive threshold (both: stg-nf+rtfm)"
    pair neither "$seed" stg-nf rtfm --set interleave.one_class.weighted=false \
        --set interleave.threshold.adaptive=false
    pair weighted-only "$seed" stg-nf rtfm --set interleave.threshold.adaptive=false
    pair adaptive-only "$seed" stg-nf rtfm --set interleave.one_class.weighted=false
    echo "R"
    for share in 0.10 0.25 0.35; do
        pair "R=$share" "$seed" stg-nf rtfm --set "interleave.threshold.share=$share"
    done
done

echo "where the threshold goes in ten modules"
for share in 0.10 0.15 0.25 0.35; do
    pair "R=$share,long" "${seeds%% *}" stg-nf rtfm --set "interleave.threshold.share=$share" \
        --set interleave.threshold.max_modules=10
done
