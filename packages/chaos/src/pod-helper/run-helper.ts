import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { explain, messageOf, SwarmError } from '@livekit-swarm/settings';
import { openEffectFile } from './held-effect.ts';
import { HeldEffects } from './held-effects.ts';
import {
  type AnsweredRequest,
  HELPER_PROTOCOL,
  type HelperReply,
  type HelperRequest,
  helperRequest,
} from './protocol.ts';

export interface HelperOptions {
  /** File on the host for its effects; see `EffectFile`. */
  effectFile: string;
  /** Time without a message after which it undoes everything and ends, ms. */
  heartbeatTimeoutMs: number;
  /** Time after which it ends in any case, ms. */
  lifetimeMs: number;
  /** Requests, one per line. Its end means nothing: another drill may attach later. */
  requests: Readable;
  reply(line: string): void;
  /** Writes a line to the log of the pod. */
  say(line: string): void;
  /** Aborted: undo everything, and end. */
  stop: AbortSignal;
}

const CHECK_EVERY_MS = 500;
/** Delays between attempts to undo before the helper gives up, ms; the kubelet starts it again. */
const RETRY_AFTER_MS = [200, 1_000, 3_000];

/**
 * Runs the helper of a Kubernetes node: injects faults into pods on it as a drill requests, and
 * undoes all of them at their time, on request, when the drill has been silent, at the end of its
 * own time, and when it is stopped. A helper that was killed undoes what it finds in its file when
 * the kubelet has started it again.
 * @throws SwarmError `rollback_failed`
 */
export const runHelper = async (options: HelperOptions): Promise<void> => {
  const { reply, say, stop } = options;
  const effects = new HeldEffects(openEffectFile(options.effectFile));
  await untilUndone(effects, say);
  const startedAt = performance.now();
  const over = new AbortController();
  let heardAt = startedAt;
  let queue = Promise.resolve();

  const lines = createInterface({ input: options.requests, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', (line) => {
    heardAt = performance.now();
    const request = readRequest(line, say);
    if (request === null || request.op === 'heartbeat') return;
    // One after the other: an undoing must not overtake its injection.
    queue = queue.then(async () => {
      const answered = await answer(effects, request);
      if (answered.why !== null) say(`${request.op}: ${answered.why}`);
      reply(JSON.stringify(answered));
      if (request.op === 'end' && answered.why === null) over.abort();
    });
  });

  const ended = AbortSignal.any([stop, over.signal]);
  say('the helper is ready');
  for (;;) {
    await sleep(CHECK_EVERY_MS, undefined, { signal: ended }).catch(() => {});
    const now = performance.now();
    queue = queue.then(() =>
      effects.undoExpired(performance.now()).catch((error: unknown) => say(textOf(error))),
    );
    const why = whyOver({ ...options, now, heardAt, startedAt, ended });
    if (why === null) continue;
    say(why);
    break;
  }
  lines.close();
  await queue;
  await untilUndone(effects, say);
};

const whyOver = ({
  now,
  heardAt,
  startedAt,
  heartbeatTimeoutMs,
  lifetimeMs,
  ended,
}: Pick<HelperOptions, 'heartbeatTimeoutMs' | 'lifetimeMs'> & {
  now: number;
  heardAt: number;
  startedAt: number;
  ended: AbortSignal;
}): string | null => {
  if (ended.aborted) return 'asked to end';
  if (now - startedAt > lifetimeMs) return `its ${lifetimeMs / 1_000} s are over`;
  if (now - heardAt > heartbeatTimeoutMs)
    return `no message from its drill for ${heartbeatTimeoutMs / 1_000} s: undoing everything`;
  return null;
};

const readRequest = (line: string, say: (text: string) => void): HelperRequest | null => {
  try {
    return helperRequest.parse(JSON.parse(line));
  } catch {
    // Without its ID no answer is possible; its sender reports the missing answer.
    say(`not a request: ${line.slice(0, 200)}`);
    return null;
  }
};

const answer = async (effects: HeldEffects, request: AnsweredRequest): Promise<HelperReply> => {
  const reply = { reply: request.request, protocol: HELPER_PROTOCOL, why: null, found: null };
  try {
    switch (request.op) {
      case 'hello':
        return reply;
      case 'check':
        await effects.check(request.target, request.fault);
        return reply;
      case 'inject': {
        const untilMs = performance.now() + request.seconds * 1_000;
        await effects.inject(request.id, request.target, request.fault, untilMs);
        return reply;
      }
      case 'find':
        return { ...reply, found: await effects.find(request.id, request.pod) };
      case 'undo':
        await effects.undoInjection(request.id);
        return reply;
      case 'end':
        await effects.undo();
        return reply;
    }
  } catch (error) {
    return { ...reply, why: textOf(error) };
  }
};

/** @throws SwarmError `rollback_failed` */
const untilUndone = async (effects: HeldEffects, say: (text: string) => void): Promise<void> => {
  for (const wait of RETRY_AFTER_MS) {
    try {
      return await effects.undo();
    } catch (error) {
      say(textOf(error));
      await sleep(wait);
    }
  }
  return effects.undo();
};

const textOf = (error: unknown): string =>
  error instanceof SwarmError ? explain(error) : messageOf(error);
