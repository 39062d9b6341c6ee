#!/usr/bin/env bash
# Repeats the tables of docs/results.md: bash docs/results.sh DATA OUT
#
# DATA holds upcam/{train,eval} and ped2/{train,test,truth.csv}; see docs/results.md for where to
# get them. OUT keeps features and runs, so an interrupted script goes on where it stopped.
set -euo pipefail
data=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
cargo build --release --quiet
cp target/release/gcl "$out/gcl" # so that a build meanwhile changes nothing
gcl=$out/gcl
seeds=${SEEDS:-0 1 2}

extract() { "$gcl" extract "$1" --out "$2" >/dev/null; }

# A run is finished once its model is written; an unfinished one is resumed.
train() { # features run method seed preset
    if [ -e "$2/model/model.json" ]; then return; fi
    if [ -e "$2/config.toml" ]; then
        "$gcl" train "$1" --out "$2" --resume >/dev/null
    else
        # The paper's printed budget; its equalised one takes hours here.
        local budget=()
        [ "$5" = paper ] && budget=(--set training.budget.min_steps=0)
        "$gcl" train "$1" --out "$2" --method "$3" --seed "$4" --preset "$5" "${budget[@]}" \
            >/dev/null
    fi
}

auc() { # run features source truth
    rm -rf "$out/scores"
    "$gcl" score "$1" "$2" --out "$out/scores" --source "$3" >/dev/null 2>&1
    # Videos that the truth does not name make eval answer 1, and are no error here.
    { "$gcl" eval "$out/scores" "$4" --json 2>/dev/null || test $? = 1; } |
        sed -n '/"micro_auc"/,/}/s/.*"value": *\([0-9.]*\).*/\1/p'
}

table() { # name train-features test-features truth
    local name=$1 train=$2 test=$3 truth=$4 preset method seed source
    printf '\n%s\n' "$name"
    for method in knn mahalanobis; do
        train "$train" "$out/$name/$method" "$method" 0 any
        printf '%s detector %s\n' "$method" "$(auc "$out/$name/$method" "$test" detector "$truth")"
    done
    for preset in any paper; do
        for method in ae gcl-b gcl-pt; do
            for seed in $seeds; do
                run=$out/$name/$preset-$method-$seed
                train "$train" "$run" "$method" "$seed" "$preset"
                for source in generator discriminator mean-rank; do
                    [ "$method" = ae ] && [ "$source" != generator ] && continue
                    printf '%s %s seed %s %s %s\n' "$preset" "$method" "$seed" "$source" \
                        "$(auc "$run" "$test" "$source" "$truth")"
                done
            done
        done
    done
}

extract "$data/upcam/train" "$out/upcam-train"
extract "$data/upcam/eval" "$out/upcam-eval"
extract "$data/ped2/train" "$out/ped2/train"
extract "$data/ped2/test" "$out/ped2/test"
table upcam "$out/upcam-train" "$out/upcam-eval" "$data/upcam/eval/00.csv"
table ped2-runs "$out/ped2" "$out/ped2/test" "$data/ped2/truth.csv"
