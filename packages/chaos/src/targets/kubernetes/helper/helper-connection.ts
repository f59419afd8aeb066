import { setTimeout as sleep } from 'node:timers/promises';
import type { Attach } from '@kubernetes/client-node';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import {
  type AnsweredRequest,
  HEARTBEAT_EVERY_MS,
  HELPER_PROTOCOL,
  type HelperReply,
  helperReply,
} from '../../../pod-helper/protocol.ts';
import { type AttachedLines, attachLines } from './attach.ts';
import { HELPER_CONTAINER } from './helper-job.ts';

/** Time for an answer, ms: a helper tries rules and programs. */
const ANSWER_WITHIN_MS = 20_000;
/** Time for an answer to the greeting, ms; it is repeated, because a program that starts may miss it. */
const HELLO_WITHIN_MS = 3_000;
/** Attempts to greet a helper that starts, and one that runs. */
const HELLO_ATTEMPTS = { starts: 20, runs: 2 };
const RETRY_AFTER_MS = 500;

/** Request without its ID, which the connection adds. */
export type HelperQuestion = AnsweredRequest extends infer One
  ? One extends AnsweredRequest
    ? Omit<One, 'request'>
    : never
  : never;

/** Helper of a Kubernetes node, as a drill talks to it. */
export interface HelperConnection {
  readonly host: string;
  /** Asks the helper; attaches again when the connection was lost. @throws SwarmError `unreachable` */
  ask(question: HelperQuestion): Promise<HelperReply>;
  close(): void;
}

/**
 * Connects to a helper.
 * @param beat true: this process has started it, and sends heartbeats, without which it undoes
 *   everything and ends
 * @throws SwarmError `unreachable`; `fault_unavailable` for a helper of another version
 */
export const connectHelper = async (
  attach: Pick<Attach, 'attach'>,
  { namespace, pod, host }: { namespace: string; pod: string; host: string },
  beat: boolean,
): Promise<HelperConnection> => {
  const waiting = new Map<string, (reply: HelperReply) => void>();
  let lines: Promise<AttachedLines> | null = null;
  let requests = 0;
  // Another process may be attached to the same helper, and gets the same replies.
  const word = Math.random().toString(36).slice(2, 10);

  const onLine = (line: string): void => {
    const read = helperReply.safeParse(parseJson(line));
    if (read.success) waiting.get(read.data.reply)?.(read.data);
  };
  const open = (): Promise<AttachedLines> => {
    const opened = attachLines(
      attach,
      { namespace, pod, container: HELPER_CONTAINER },
      {
        line: onLine,
        closed: () => {
          if (lines === opened) lines = null;
        },
      },
    );
    opened.catch(() => {
      if (lines === opened) lines = null;
    });
    return opened;
  };
  const attached = (): Promise<AttachedLines> => {
    lines ??= open();
    return lines;
  };

  const askOnce = async (question: HelperQuestion, withinMs: number): Promise<HelperReply> => {
    const request = `${word}${requests++}`;
    const answered = Promise.withResolvers<HelperReply>();
    waiting.set(request, answered.resolve);
    const late = setTimeout(
      () => answered.reject(silent(host, pod, `no answer within ${withinMs / 1_000} s`)),
      withinMs,
    );
    try {
      const { send } = await attached().catch((error: unknown) => {
        throw silent(host, pod, attachError(error));
      });
      send(JSON.stringify({ ...question, request }));
      return await answered.promise;
    } finally {
      clearTimeout(late);
      waiting.delete(request);
    }
  };

  const heartbeat = beat
    ? setInterval(
        () =>
          void attached().then(
            ({ send }) => send('{"op":"heartbeat"}'),
            // The next one attaches again.
            () => {},
          ),
        HEARTBEAT_EVERY_MS,
      )
    : undefined;
  heartbeat?.unref();
  const close = (): void => {
    clearInterval(heartbeat);
    void lines?.then(
      (attachedLines) => attachedLines.close(),
      () => {},
    );
  };

  try {
    const { protocol } = await greet(
      () => askOnce({ op: 'hello' }, HELLO_WITHIN_MS),
      beat ? HELLO_ATTEMPTS.starts : HELLO_ATTEMPTS.runs,
    );
    if (protocol !== HELPER_PROTOCOL)
      throw new SwarmError(
        'fault_unavailable',
        `the image of the helper on ${host} is that of another version of swarm`,
        'give the image of this version (--helper-image)',
      );
  } catch (error) {
    close();
    throw error;
  }
  return { host, ask: (question) => askOnce(question, ANSWER_WITHIN_MS), close };
};

const greet = async (hello: () => Promise<HelperReply>, attempts: number): Promise<HelperReply> => {
  for (let attempt = 1; attempt < attempts; attempt++) {
    try {
      return await hello();
    } catch {
      await sleep(RETRY_AFTER_MS);
    }
  }
  return hello();
};

const silent = (host: string, pod: string, why: string): SwarmError =>
  new SwarmError(
    'unreachable',
    `the helper on ${host} does not answer: ${why}`,
    `see "kubectl logs ${pod}"`,
  );

/** Message of a failed upgrade to WebSocket, which is an event instead of an error. */
const attachError = (error: unknown): string => {
  if (typeof error === 'object' && error !== null && 'message' in error)
    return String(error.message);
  return messageOf(error);
};

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
};
