/** Program of a process that hosts rtc participants; `rtc-process.ts` starts it. */
import { RtcParticipant } from './participant.ts';
import type { RtcCommand, RtcMessage } from './protocol.ts';

const participants = new Map<number, RtcParticipant>();

const send = (message: RtcMessage): void => {
  if (process.connected) process.send?.(message);
};

/**
 * Interval at which the lateness of this process's timers is measured, ms: the process also feeds
 * the media that participants publish.
 */
const EVERY_MS = 50;
const lags = new Map<number, number>();
let dueAt = performance.now() + EVERY_MS;
setInterval(() => {
  const now = performance.now();
  for (const [participant, most] of lags) lags.set(participant, Math.max(most, now - dueAt));
  dueAt = now + EVERY_MS;
}, EVERY_MS);

const takeLag = (participant: number): number => {
  const lag = Math.max(lags.get(participant) ?? 0, performance.now() - dueAt);
  lags.set(participant, 0);
  return Math.max(0, lag);
};

const participantOf = (index: number): RtcParticipant => {
  const known = participants.get(index);
  if (known !== undefined) return known;
  const made = new RtcParticipant((event) => send({ type: 'event', participant: index, event }));
  participants.set(index, made);
  return made;
};

const carryOut = async (command: RtcCommand): Promise<Extract<RtcMessage, { id: number }>> => {
  const { id, participant } = command;
  const one = participantOf(participant);
  switch (command.type) {
    case 'join':
      return { type: 'answer', id, result: await one.join(command.join) };
    case 'change-key':
      one.changeKey(command.key);
      return { type: 'answer', id, result: null };
    case 'speak':
      await one.speak(command.utterance);
      return { type: 'answer', id, result: null };
    case 'read':
      return { type: 'answer', id, result: await one.read(takeLag(participant)) };
    case 'leave':
      await one.leave();
      participants.delete(participant);
      lags.delete(participant);
      return { type: 'answer', id, result: null };
  }
};

process.on('message', (command) => {
  // The caller notices a missing answer by its timeout.
  carryOut(command as RtcCommand).then(send, (error: unknown) => {
    process.stderr.write(`rtc host: ${String(error)}\n`);
  });
});

// The worker has ended. SIGKILL, because no native thread may delay the end.
const end = (): void => void process.kill(process.pid, 'SIGKILL');
process.on('disconnect', end);
if (!process.connected) end();

// Ctrl-C in a terminal reaches the whole process group, but only the coordinator decides when to
// end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

send({ type: 'ready' });
