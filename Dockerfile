# Two stages: the first builds; the second is Debian with the executable and the libraries it links to.
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends cmake gcc libc6-dev libevent-dev libexpat1-dev \
        libjansson-dev libjs-dygraphs libpq-dev libssl-dev ninja-build pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
ARG REVISION=unknown
RUN cmake --preset release -D ADTRACKER_REVISION="$REVISION" \
    && cmake --build build/release \
    && strip build/release/video-ad-tracker

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libevent-core-2.1-7 libevent-extra-2.1-7 libexpat1 \
        libjansson4 libpq5 libssl3 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin video-ad-tracker \
    && install -d -o video-ad-tracker -g video-ad-tracker -m 700 /var/lib/video-ad-tracker
COPY --from=build /source/build/release/video-ad-tracker /usr/local/bin/
# By number, so that an orchestrator can tell that it is not root.
USER 10001:10001
# Less than the 10 s after which docker stop kills.
ENV SHUTDOWN_GRACE_SECONDS=8
VOLUME /var/lib/video-ad-tracker
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["video-ad-tracker", "--check"]
ENTRYPOINT ["video-ad-tracker"]
