#!/bin/sh
# A trial in plain shell: a closed-form loss that falls with every step to (x - 3)^2 + (y - 2)^2.
# By hand:  sh studies/any_program.sh 1.5 2.5 /tmp/checkpoint 9
set -eu
x=$1 y=$2 checkpoint_dir=$3 to=$4
state=$checkpoint_dir/step reports=$checkpoint_dir/reports

report() {
    awk -v x="$x" -v y="$y" -v step="$1" 'BEGIN {
        printf "quench: {\"step\": %d, \"loss\": %.12g}\n", step, (x - 3)^2 + (y - 2)^2 + 50 / 2^step }' |
        tee -a "$reports"
}

stop=
trap 'stop=1' TERM
mkdir -p "$checkpoint_dir"
step=0
# Again: they may have been lost with the machine that received them.
if [ -s "$reports" ]; then cat "$reports"; fi
if [ -s "$state" ]; then step=$(cat "$state"); fi
while [ "$step" -lt "$to" ] && [ -z "$stop" ]; do
    step=$((step + 1))
    report "$step"    # before the checkpoint: a kill between the two then costs this step again, but no report
    # Written beside and renamed: a kill leaves the old checkpoint or the new one, never half of it; and an empty
    # one, which a crash of the machine may leave, counts as none.
    echo "$step" > "$state.new"
    mv "$state.new" "$state"
done
