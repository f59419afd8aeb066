# The image of helper pods (docs/chaos-kubernetes.md): that of livekit-swarm, with nft, which drops and queues packets.
#
#   docker build -f packaging/image/helper.Dockerfile --build-arg SWARM_IMAGE=registry.example.com/livekit-swarm:0.1.0 -t registry.example.com/livekit-swarm-helper:0.1.0 .
ARG SWARM_IMAGE=livekit-swarm
ARG BASE_IMAGE=debian:12-slim
FROM ${SWARM_IMAGE} AS swarm

FROM ${BASE_IMAGE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends nftables \
 && rm -rf /var/lib/apt/lists/*
COPY --from=swarm /opt/livekit-swarm /opt/livekit-swarm
ENV NODE_ENV=production \
    HOME=/tmp \
    PATH=/opt/livekit-swarm/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENTRYPOINT ["node", "/opt/livekit-swarm/node_modules/livekit-swarm/packages/cli/src/main.js"]
CMD ["--help"]
