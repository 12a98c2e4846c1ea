# shellcheck shell=bash
# `./dev demo`, read by dev, whose functions it uses: fills a month of events into the database of a run.

# Beside a run that is at work, else with one of its own, which then goes on.
demo() {
    need postgresql
    mkdir -p .dev
    if [[ -z ${DB_CONN-} ]] && flock -n .dev/lock true; then
        rm -f .dev/db_conn
        fill_demo &
        SAMPLE_DATA=${SAMPLE_DATA-} word_run
        return
    fi
    fill_demo
}

# Once the server has made its schema: it may still be building.
fill_demo() {
    local psql
    while kill -0 $$ 2>/dev/null; do
        sleep 0.2
        [[ -n ${DB_CONN-} || -s .dev/db_conn ]] || continue
        psql=("$(postgres_bin)/psql" -Xq -d "${DB_CONN:-$(<.dev/db_conn)}")
        "${psql[@]}" -c 'SELECT FROM schema_functions' >/dev/null 2>&1 || continue
        say "fills a month of events, which takes a quarter of a minute"
        "${psql[@]}" -f test/demo/demo.sql || die "the demo's events could not be stored"
        say "the demo is there"
        return
    done
}
