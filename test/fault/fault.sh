# shellcheck shell=bash
# `./dev fault` and `./dev soak`, read by dev, whose need, build, say and die it uses.
# shellcheck disable=SC2154 # root and fault_needs are dev's

# What runs at one time: those that judge no time side by side, the others alone. The core comes first.
fault_waves=('kills bytes' 'power disk retention' 'stop lanes' 'instances failover' 'backlog' 'clients' 'database')

# Becomes a file of fault tests in its long form, for at most so many seconds.
fault_test() {
    exec env FAULT_LONG=1 FAULT_TOOLS="$root/build/ci/test/fault" PYTHONDONTWRITEBYTECODE=1 \
        ADTRACKER_BINARY="$root/build/ci/video-ad-tracker" \
        timeout --foreground --kill-after=60 "$2" python3 test/run.py "$1"
}

# Prints the waves of all the files there are, or of the one that is named.
fault_waves_of() {
    local file name
    if [[ -n ${1-} ]]; then
        printf '%s\n' "$1"
        return
    fi
    printf '%s\n' "${fault_waves[@]}"
    for file in test/fault/test_*.py; do
        name=${file#test/fault/test_}
        [[ " ${fault_waves[*]} " == *" ${name%.py} "* ]] || printf '%s\n' "${name%.py}"
    done
}

# Runs some at one time, each to end before `until`; counts them in `passed` and `failed`.
fault_wave() {
    local name output started=$SECONDS
    local -A pids=() printers=()
    trap 'kill "${pids[@]}" 2>/dev/null; wait; exit 130' INT TERM
    for name; do
        say "runs test/fault/test_$name.py"
        exec {output}> >(trap '' INT && exec sed -u "s/^/$name: /")
        printers[$name]=$!
        (fault_test "test/fault/test_$name.py" $((until > SECONDS ? until - SECONDS : 1))) \
            >&"$output" 2>&1 {output}>&- &
        pids[$name]=$!
        exec {output}>&-
    done
    while ((${#pids[@]})); do
        sleep 0.2
        for name in "${!pids[@]}"; do
            ! kill -0 "${pids[$name]}" 2>/dev/null || continue
            # So that what is said of it comes last.
            timeout 5 tail -s 0.1 --pid="${printers[$name]}" -f /dev/null || true
            if wait "${pids[$name]}"; then
                say "$name passed in $((SECONDS - started)) s"
                passed=$((passed + 1))
            else
                say "$name failed after $((SECONDS - started)) s"
                failed=$((failed + 1))
            fi
            unset "pids[$name]"
        done
    done
    trap - INT TERM
}

fault() {
    local wave names passed=0 failed=0 until=$((SECONDS + 6000))
    [[ -z ${1-} || -f test/fault/test_$1.py ]] || die "no test/fault/test_$1.py"
    need "${fault_needs[@]}"
    build ci
    while read -r -u 3 wave; do
        read -ra names <<<"$wave"
        fault_wave "${names[@]}"
    done 3< <(fault_waves_of "${1-}")
    say "$passed passed, $failed failed"
    ((failed == 0))
}

soak() {
    need "${fault_needs[@]}"
    build ci
    fault_test test/fault/soak.py 5400
}
