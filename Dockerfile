# The image of livekit-swarm: load tests, exporter, load host. From a checkout, with nothing but Docker:
#
#   docker build -t livekit-swarm .
#   docker run --rm livekit-swarm                                # a first run: 5 rooms, 10 s, livekit-server inside of the container
#   docker run --rm livekit-swarm --help                         # the whole command line
#
# Docker's classic builder builds it, hence no cache mounts: what changes seldom is in layers of its own. Releases have a file of their
# own, packaging/image/Dockerfile, with the npm packages that were tested: the classic builder would build its stage here, too.
#
# Base images are pinned by version, but for that of the result, which has none. --build-arg names others: a mirror, or one with a digest.
ARG BASE_IMAGE=gcr.io/distroless/cc-debian12:nonroot
ARG RUST_IMAGE=rust:1.90.0-bookworm
ARG GO_IMAGE=golang:1.26-bookworm
ARG NODE_IMAGE=node:24.11.1-bookworm-slim

# The base has a C and a C++ library and nothing else: no shell.
FROM ${BASE_IMAGE} AS runtime
LABEL org.opencontainers.image.title="livekit-swarm" \
      org.opencontainers.image.description="Load testing and WebRTC observability for self-hosted LiveKit" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/livekit-swarm/livekit-swarm" \
      org.opencontainers.image.documentation="https://github.com/livekit-swarm/livekit-swarm/blob/main/docs/install.md"
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/tmp/node-compile-cache \
    HOME=/tmp \
    PATH=/opt/livekit-swarm/bin:/usr/local/bin:/usr/bin:/bin
USER 65532:65532
# 9464: live metrics of a run; 9465: the exporter.
EXPOSE 9464 9465
ENTRYPOINT ["node", "/opt/livekit-swarm/node_modules/livekit-swarm/packages/cli/src/main.js"]
# Typed, so that a variable of the environment does not choose another server.
CMD ["--embedded", "--rooms", "5", "--duration", "10s"]

FROM ${RUST_IMAGE} AS engine
# checkout: compiles in half of the time, and costs more CPU per join.
ARG ENGINE_PROFILE=release
WORKDIR /build
COPY packages/webrtc/crate/Cargo.toml packages/webrtc/crate/Cargo.lock packages/webrtc/crate/build.rs ./
COPY packages/webrtc/crate/.cargo .cargo
# The crates that the engine needs, in a layer that a change of its sources does not touch.
RUN mkdir -p src/bin/swarm-impair \
  && touch src/lib.rs \
  && for name in udp-floor.rs join-floor.rs swarm-impair/main.rs; do echo 'fn main() {}' > "src/bin/$name"; done \
  && cargo build --profile "$ENGINE_PROFILE" --locked --lib --bin swarm-impair \
  && rm -rf src
COPY packages/webrtc/crate/src src
# Cargo compares times: those of a checkout may be older than the layer above.
RUN find src build.rs -exec touch {} + \
  && cargo build --profile "$ENGINE_PROFILE" --locked --lib --bin swarm-impair \
  && case "$(uname -m)" in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) echo "no livekit-swarm for $(uname -m)" >&2; exit 1 ;; esac \
  && package="/tree/node_modules/@livekit-swarm/native-linux-$arch-gnu" \
  && mkdir -p "$package" \
  && cp "target/$ENGINE_PROFILE/libswarm_native.so" "$package/swarm-native.linux-$arch.node" \
  && cp "target/$ENGINE_PROFILE/swarm-impair" "$package/swarm-impair.linux-$arch" \
  && echo '{"private":true}' > "$package/package.json"

FROM ${GO_IMAGE} AS server
ARG LIVEKIT_VERSION=1.13.5
ENV CGO_ENABLED=0 GOFLAGS= GOTOOLCHAIN=local GOWORK=off GOGC=off GOMEMLIMIT=1GiB
WORKDIR /build
COPY packages/lab/livekit-server/v${LIVEKIT_VERSION} ./
RUN case "$(uname -m)" in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) echo "no livekit-swarm for $(uname -m)" >&2; exit 1 ;; esac \
  && package="/tree/node_modules/@livekit-swarm/livekit-server-linux-$arch" \
  && mkdir -p "$package" \
  && go build -mod=readonly -trimpath -buildvcs=false -ldflags='-s -w' -gcflags=all=-dwarf=false -o "$package/livekit-server" github.com/livekit/livekit-server/cmd/server \
  && echo '{"private":true}' > "$package/package.json"

# Descriptions of all workspaces: only they decide what npm installs.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /manifests
COPY package.json package-lock.json ./
COPY packages packages
COPY testkit/package.json testkit/
RUN find packages -mindepth 2 -maxdepth 2 ! -name package.json -exec rm -rf {} +

# Packages that the program needs, and the Node that runs it, from the lock file.
FROM ${NODE_IMAGE} AS packages
WORKDIR /tree
COPY --from=manifests /manifests ./
# Workspaces are compiled into the program below; those with a package of another version keep it. /image: /work for records, to which
# every user may write as to /tmp.
RUN npm ci --workspace livekit-swarm --include-workspace-root --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/livekit-swarm node_modules/@livekit-swarm \
  && for folder in packages/*/node_modules; do \
       if [ -d "$folder" ]; then mkdir -p "node_modules/livekit-swarm/$folder" && cp -r "$folder/." "node_modules/livekit-swarm/$folder"; fi; \
     done \
  && rm -rf packages testkit package.json package-lock.json \
  && rm -rf node_modules/node-linux-*/include node_modules/node-linux-*/share \
  && mkdir -p bin /image/work \
  && chmod 1777 /image/work \
  && cd bin \
  && ln -s ../node_modules/node-linux-*/bin/node node

FROM packages AS program
WORKDIR /source
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts --prefer-offline --no-audit --no-fund
COPY . .
# Files that are copied keep the permissions of the checkout, which others may not read where the umask is 077.
RUN /tree/bin/node scripts/release/program.ts /program/node_modules/livekit-swarm \
  && chmod -R a+rX /program

FROM runtime
COPY --from=packages /image /
COPY --from=packages /tree /opt/livekit-swarm
COPY --from=server /tree /opt/livekit-swarm
COPY --from=engine /tree /opt/livekit-swarm
COPY --from=program /program /opt/livekit-swarm
WORKDIR /work
