# shellcheck shell=bash
# Installs what the build and the tests need; for ./dev, whose say() and die() it calls.

present() {
    case $1 in
        postgresql) postgres_bin >/dev/null ;;
        libfuzzer) compgen -G '/usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.fuzzer*.a' >/dev/null ;;
        promtool) command -v promtool >/dev/null && command -v prometheus >/dev/null ;;
        chromium | npm) command -v "$1" >/dev/null ;;
        nodejs) command -v node >/dev/null ;;
        pgbouncer) pgbouncer --version >/dev/null 2>&1 ;;
        nginx) nginx -v >/dev/null 2>&1 ;;
        caddy) caddy version >/dev/null 2>&1 ;;
        *) [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]] ;;
    esac
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >>.dev/apt.log 2>&1
}

# Prints the packages that bring the arguments.
packages_for() {
    local name library
    for name; do
        case $name in
            promtool | nginx | caddy) ;; # unpacked, by anybody
            # Unpacked too, but for a library, which newer releases call otherwise.
            pgbouncer)
                if apt-cache show libc-ares2 >/dev/null 2>&1; then library=libc-ares2; else library=libcares2; fi
                present "$library" || printf '%s\n' "$library"
                ;;
            # Older releases ship it with clang itself.
            libfuzzer) ! apt-cache show libclang-rt-dev >/dev/null 2>&1 || printf 'libclang-rt-dev\n' ;;
            *) printf '%s\n' "$name" ;;
        esac
    done
}

# Installs what is missing of the arguments; does nothing when nothing is.
need() {
    local name missing=() packages
    for name; do
        present "$name" || missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || die "needs ${missing[*]}, and there is no apt-get to install them"
    mapfile -t packages < <(packages_for "${missing[@]}")
    if ((EUID != 0 && ${#packages[@]})) && ! command -v sudo >/dev/null; then
        die "needs the packages ${packages[*]}: install them, or sudo, or run it as root"
    fi
    say "installs ${missing[*]}"
    mkdir -p .dev
    if ((EUID == 0 || ${#packages[@]})); then
        apt_get update || say "apt-get update failed: goes on with the lists there are"
        mapfile -t packages < <(packages_for "${missing[@]}")
    fi
    ((${#packages[@]} == 0)) || install_packages "${packages[@]}" ||
        die "could not install ${packages[*]}: $(tail -n 3 .dev/apt.log)"
    [[ " ${missing[*]} " != *" promtool "* ]] || unpack prometheus
    for name in pgbouncer nginx caddy; do
        [[ " ${missing[*]} " != *" $name "* ]] || unpack "$name"
    done
    [[ " ${missing[*]} " != *" nginx "* ]] || present nginx || unpack nginx-core # where older releases have it
}

# The server package of PostgreSQL makes and starts a cluster of its own unless told not to.
install_packages() {
    local no_cluster=/etc/postgresql-common/createcluster.d/video-ad-tracker.conf status=0
    if [[ " $* " == *" postgresql "* ]]; then
        as_root mkdir -p "${no_cluster%/*}"
        as_root tee "$no_cluster" >/dev/null <<<'create_main_cluster = false'
    fi
    apt_get install --yes --no-install-recommends "$@" || status=$?
    as_root rm -f "$no_cluster"
    return "$status"
}

# Not installed: the package brings a server that starts by itself.
unpack() {
    local directory
    directory=$(mktemp -d)
    if ! (cd "$directory" && apt-get -qq download "$1") >>.dev/apt.log 2>&1; then
        die "could not download the package $1: $(tail -n 3 .dev/apt.log)"
    fi
    mkdir -p .dev/tools
    dpkg-deb -x "$directory/$1"_*.deb .dev/tools
    rm -rf "$directory"
}

# ---- building
