# shellcheck shell=bash
# `./dev package`, read by dev, whose say and die it uses: builds the Debian package of the last commit
# under build/package, as Debian's builders do: from a clean tree, without a network. lintian then judges it;
# --test installs it in a Debian of its own.

package() {
    [[ $# -eq 0 || ($# -eq 1 && $1 == --test) ]] || die "usage: ./dev package [--test]"
    mkdir -p .dev/package
    exec 8>.dev/package/lock
    flock -n 8 || die "another ./dev package is at work in $PWD"
    [[ -z $(git status --porcelain 2>&1) ]] || say "packs the last commit, without what has changed since"
    package_build
    package_judge
    (($# == 0)) || package_test
}

package_build() {
    local tree=build/package/source
    rm -rf build/package
    mkdir -p "$tree"
    git archive HEAD | tar -x -C "$tree" || die "there is no commit to pack"
    cp -r "$tree/packaging/debian" "$tree/debian"
    say "builds the package, see build/package/build.log"
    (cd "$tree" && package_alone dpkg-buildpackage --no-sign) \
        >build/package/build.log 2>&1 </dev/null ||
        die "dpkg-buildpackage failed: $(tail -n 20 build/package/build.log)"
    rm -rf "$tree"
    say "left $(echo build/package/*.deb)"
}

# Runs a command with a loopback and no other network.
package_alone() {
    local alone=(unshare --net)
    ((EUID == 0)) || alone+=(--user --map-root-user)
    if "${alone[@]}" ip link set lo up; then
        # shellcheck disable=SC2016 # it is for the other shell
        "${alone[@]}" sh -ec 'ip link set lo up; exec "$@"' sh "$@"
    else
        say "cannot take the network away: builds with it"
        "$@"
    fi
}

# Of the source and of both binary packages.
package_judge() {
    say "lintian looks at it"
    lintian --allow-root --fail-on error,warning --tag-display-limit 0 build/package/*.changes ||
        die "lintian has complaints"
}

# Whatever it starts and mounts is in namespaces of its own, and ends with them; so does the network, which has no
# more than a loopback.
package_test() {
    ((EUID == 0)) || die "package --test makes a Debian of its own: run it as root"
    local deb debian
    deb=$(echo "$PWD"/build/package/video-ad-tracker_*.deb)
    debian=$PWD/.dev/package/debian-$(dpkg-deb -f "$deb" Depends | cksum | cut -d' ' -f1).tar
    [[ -f $debian ]] || package_debian "$deb" "$debian"
    # shellcheck disable=SC2016 # it is for the other shell
    PACKAGE=$deb PACKAGE_DEBIAN=$debian PYTHONDONTWRITEBYTECODE=1 \
        unshare --net --mount --pid --fork --kill-child --mount-proc sh -ec 'ip link set lo up; exec "$@"' sh \
        python3 test/run.py test/package/test_package.py
}

# package_debian DEB ARCHIVE: a Debian of this machine's release with what the package depends on, as a tar archive.
package_debian() {
    local tree=.dev/package/new release mirror
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    say "makes a Debian $release, see .dev/package/debian.log"
    rm -rf --one-file-system "$tree" .dev/package/debian-*.tar
    {
        debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus \
            --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$release" "$tree" &&
            read -r _ mirror _ <"$tree/etc/apt/sources.list" &&
            printf 'deb %s %s main\n' "$mirror" "$release" "$mirror" "$release-updates" \
                "$mirror-security" "$release-security" >"$tree/etc/apt/sources.list" &&
            chroot "$tree" apt-get -q update &&
            chroot "$tree" apt-get -q --yes --no-install-recommends satisfy "$(dpkg-deb -f "$1" Depends)" &&
            chroot "$tree" apt-get clean &&
            tar -C "$tree" --numeric-owner -cf "$2.new" . && mv "$2.new" "$2"
    } >.dev/package/debian.log 2>&1 || die "could not make a Debian: $(tail -n 3 .dev/package/debian.log)"
    rm -rf --one-file-system "$tree"
}
