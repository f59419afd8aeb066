import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiTarget } from '@livekit-swarm/livekit';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { type CallerMedia, MediaLeg } from '../media/media-leg.ts';
import { type FollowedParticipants, followParticipants } from '../room/follow-participants.ts';
import { type Credentials, callsFile } from '../signalling/calls-file.ts';
import { type CallScript, callerScenario } from '../signalling/scenario.ts';
import { sippVersion, startSipp } from '../signalling/sipp.ts';
import type { CallFacts } from './call-facts.ts';
import { type CallProgress, CallTrack, LATE_MS } from './call-track.ts';
import { followCalls } from './follow-calls.ts';

export interface CallsRequest {
  script: CallScript;
  /** Numbers that are called, in turns, and the number of the caller. */
  numbers: readonly string[];
  from: string;
  calls: number;
  callsPerSecond: number;
  concurrency: number;
  credentials: Credentials | null;
  media: CallerMedia;
  /** Deployment whose participants are followed; null: none. */
  deployment: { target: ApiTarget; roomPrefix: string } | null;
  /** Aborted: open calls are ended; what was measured is judged. */
  stop: AbortSignal;
  /** Called every second. */
  onProgress?: (progress: CallProgress) => void;
}

/** Load generator, and signs that it was too slow for the figures. */
export interface CallsGenerator {
  sippVersion: string;
  cpuSeconds: number;
  loopDelayP99Ms: number;
  loopDelayMaxMs: number;
  /** Calls that began on the port of a call that was not over: their media is unknown. */
  portConflicts: number;
}

export interface CallsRun {
  startedAtMs: number;
  endedAtMs: number;
  planned: number;
  calls: readonly CallFacts[];
  /** Null: no deployment was named. */
  followed: Pick<FollowedParticipants, 'failures' | 'rounds'> | null;
  generator: CallsGenerator;
}

/** Time after which a call is surely over: answers to BYE, a transfer, ms. */
const AFTER_HOLD_MS = 20_000;
/** Time for which the API is asked after the last call, ms. */
const LAST_LOOK_MS = 500;

/**
 * Makes calls, and collects what SIPp, the sockets of their media and the API show.
 * @throws SwarmError `no_program`, `no_ports`, `unreachable`, `not_started`
 */
export const runCalls = async (request: CallsRequest): Promise<CallsRun> => {
  const { script, media, calls } = request;
  const version = await sippVersion();
  const remoteHost = await resolve(script.address.host);
  const localHost = await localHostTowards(remoteHost, script.address.port);
  const legs: MediaLeg[] = [];
  const over = new AbortController();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const cpu = process.cpuUsage();
  try {
    for (let index = 0; index < portsOf(request); index++)
      legs.push(await MediaLeg.open(localHost, media));
    const planned = Array.from({ length: calls }, (_, index) => ({
      to: request.numbers[index % request.numbers.length] ?? '',
      from: request.from,
      port: legs[index % legs.length]?.port ?? 0,
    }));
    const participants =
      request.deployment === null
        ? null
        : await followParticipants(
            request.deployment.target,
            request.deployment.roomPrefix,
            over.signal,
          );
    await participants?.begun;
    const callIdPrefix = `swarm-${randomBytes(4).toString('hex')}-`;
    const startedAtMs = Date.now();
    const idle = idleLinesOf(request);
    const sipp = await startSipp({
      ...{ address: script.address, remoteHost, localHost, lines: calls + idle, callIdPrefix },
      scenario: callerScenario(script),
      callsFile: callsFile(planned, request.credentials, idle),
      ...{ callsPerSecond: request.callsPerSecond, concurrency: request.concurrency },
    });
    delay.enable();
    const track = new CallTrack(legs, callIdPrefix);
    try {
      await followCalls(sipp, track, request);
    } finally {
      await sipp.stop(true);
      for (const message of await sipp.read()) track.add(message);
      await sipp.close();
    }
    const endedAtMs = Date.now();
    delay.disable();
    if (participants !== null && !request.stop.aborted) await sleep(LAST_LOOK_MS);
    over.abort();
    const followed = participants === null ? null : await participants.ended;
    const { user, system } = process.cpuUsage(cpu);
    return {
      ...{ startedAtMs, endedAtMs, planned: calls },
      calls: track.calls(planned, followed),
      followed: followed && { failures: followed.failures, rounds: followed.rounds },
      generator: {
        ...{ sippVersion: version, cpuSeconds: (user + system) / 1e6 },
        loopDelayP99Ms: delay.percentile(99) / 1e6,
        ...{ loopDelayMaxMs: delay.max / 1e6, portConflicts: track.conflicts },
      },
    };
  } finally {
    over.abort();
    delay.disable();
    for (const leg of legs) leg.close();
  }
};

/** Lines without a call, so many that SIPp has some left when the last call is over. */
const idleLinesOf = ({ callsPerSecond, script }: CallsRequest): number =>
  Math.ceil((callsPerSecond * (script.answerWithinMs + script.holdMs + 2 * LATE_MS)) / 1_000) + 10;

/** Ports that calls take in turns: as many as calls can be open, if they last as planned. */
const portsOf = ({ calls, callsPerSecond, script, concurrency }: CallsRequest): number => {
  const longestMs = script.answerWithinMs + script.holdMs + AFTER_HOLD_MS;
  return Math.min(
    calls,
    Math.max(concurrency, Math.ceil((callsPerSecond * longestMs) / 1_000)) + 1,
  );
};

const resolve = async (host: string): Promise<string> => {
  try {
    return (await lookup(host, 4)).address;
  } catch (error) {
    throw new SwarmError(
      'unreachable',
      `${host} has no IPv4 address: ${messageOf(error)}`,
      'check the name of the SIP service',
    );
  }
};

/** Address of this host from which the other side is reached. */
const localHostTowards = async (host: string, port: number): Promise<string> => {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, host);
    await once(socket, 'connect');
    return socket.address().address;
  } catch (error) {
    throw new SwarmError('unreachable', `${host}: ${messageOf(error)}`, 'check the route to it');
  } finally {
    socket.close();
  }
};
