import { setTimeout as sleep } from 'node:timers/promises';
import {
  deploymentAt,
  isJoin,
  joinBySignal,
  makeToken,
  roomServiceOf,
} from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings';
import type { DrillDeployment } from '../execute/deployment.ts';
import type { Component } from '../targets/platform.ts';

const TIMEOUT_MS = 5_000;
const RETRY_EVERY_MS = 500;
const TOKEN_SECONDS = 60;

/**
 * Health gate of a node: it answers 200 over HTTP where its address is known, and a participant
 * joins a new room on it. Repeated until the time has passed, because a node that has just started
 * registers within seconds.
 * @param room name of the room of the probe
 * @returns reason for which the node is not healthy; null: it is
 */
export const passGate = async (
  deployment: DrillDeployment,
  { name }: Pick<Component, 'name'>,
  room: string,
  { withinMs, stop }: { withinMs: number; stop: AbortSignal },
): Promise<string | null> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const why = await whyUnhealthy(deployment, name, room);
    if (why === null || stop.aborted || performance.now() > deadline) return why;
    await sleep(RETRY_EVERY_MS);
  }
};

const whyUnhealthy = async (
  deployment: DrillDeployment,
  name: string,
  room: string,
): Promise<string | null> => {
  const components = await deployment.platform.components();
  const nodeId = components.find((one) => one.name === name)?.nodeId ?? null;
  if (nodeId === null) return 'it does not report its node ID';
  const url = deployment.nodeUrls?.get(name) ?? null;
  const status = url === null ? null : await statusOf(url);
  if (status !== null && status !== 200)
    return status === 0 ? `it does not answer at ${url}` : `it answers ${status} at ${url}`;
  return probeJoin(deployment, url?.replace(/^http/, 'ws') ?? deployment.url, nodeId, room);
};

const statusOf = (url: string): Promise<number> =>
  fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    ({ status }) => status,
    () => 0,
  );

/** Joins a new room that is placed on the node. @returns reason of a failure; null: joined */
const probeJoin = async (
  { url: entrance, apiUrl, apiKey, apiSecret }: DrillDeployment,
  url: string,
  nodeId: string,
  room: string,
): Promise<string | null> => {
  try {
    const service = await roomServiceOf(
      { url: entrance, apiUrl, apiKey, apiSecret },
      TIMEOUT_MS / 1_000,
    );
    await service.createRoom({ name: room, nodeId });
    try {
      const token = makeToken({
        apiKey,
        apiSecret,
        room,
        identity: 'health-gate',
        publish: { audio: false, video: false, data: false },
        subscribe: true,
        ttlSeconds: TOKEN_SECONDS,
      });
      const joined = await joinBySignal(deploymentAt(url, 'v0'), token, TIMEOUT_MS);
      if (!isJoin(joined)) return `a participant cannot join: ${joined.message}`;
      joined.connection.close();
      return joined.nodeId === nodeId
        ? null
        : `a room that should be on it is on another node (${joined.nodeId})`;
    } finally {
      await service.deleteRoom(room);
    }
  } catch (error) {
    return `a participant cannot join: ${messageOf(error)}`;
  }
};
