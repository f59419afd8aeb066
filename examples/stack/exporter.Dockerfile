# Image of swarm: `docker compose build exporter`, or in the checkout
#
#   docker build -f examples/stack/exporter.Dockerfile -t livekit-swarm:0.1.0 .
#
# "docker run --rm livekit-swarm:0.1.0 --help" is the whole command line, load tests included.
ARG RUST_IMAGE=rust:1.90.0-bookworm
ARG NODE_IMAGE=node:24.11.1-bookworm-slim

FROM ${RUST_IMAGE} AS engine
WORKDIR /build
COPY packages/webrtc/crate packages/webrtc/crate
RUN cd packages/webrtc/crate && cargo build --release --locked --lib

FROM ${NODE_IMAGE} AS packages
WORKDIR /opt/swarm
COPY package.json package-lock.json ./
COPY packages packages
# Without development dependencies, and without the Node of npm, because the image has one.
RUN npm ci --workspace livekit-swarm --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && rm -rf packages/webrtc/crate && chmod -R a+rX .
COPY --from=engine /build/packages/webrtc/crate/target/release/libswarm_native.so /tmp/swarm-native.node
RUN node -e "require('node:fs').copyFileSync('/tmp/swarm-native.node', 'packages/webrtc/swarm-native.linux-' + process.arch + '.node')"

FROM ${NODE_IMAGE}
COPY --from=packages /opt/swarm /opt/swarm
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/node-compile-cache
USER 65534:65534
ENTRYPOINT ["node", "/opt/swarm/packages/cli/src/main.ts"]
CMD ["--help"]
