import { z } from 'zod';

const id = z.string().min(1);
const text = z.string();
const time = z.number().nullable();
const names = z.array(text);

const drillEvent = z.discriminatedUnion('what', [
  /** All participants are connected and receive the media they expect. */
  z.object({ what: z.literal('steady') }),
  /** Steady state was not reached: nothing was injected, and nothing can be concluded. */
  z.object({ what: z.literal('void'), message: text }),
  /** `at`: just before the injection; `completedAt`: when it was complete. `rooms` were held by the `members`. */
  z.object({
    what: z.literal('fault'),
    id,
    fault: text,
    target: text,
    members: names,
    rooms: names,
    completedAt: z.number(),
  }),
  z.object({ what: z.literal('heal'), id, fault: text, completedAt: z.number() }),
  z.object({ what: z.literal('skipped'), fault: text, message: text }),
  /** Redis (`rooms`: null when it did not answer) compared with what the room service lists. Rooms and their node ids; nodes and their states. */
  z.object({
    what: z.literal('registry'),
    rooms: z.record(text, text).nullable(),
    nodes: z.record(text, z.enum(['serving', 'stale', 'shutting_down'])),
    ghosts: names,
  }),
  /** Of the load balancer. */
  z.object({ what: z.literal('backends'), healthy: z.number(), total: z.number() }),
  /** The orchestrator replaced a component that had ended. Times: ms after the signal; null: not observed. `at`: when the replacement was ready. */
  z.object({
    what: z.literal('comeback'),
    member: text,
    /** The same name where names are stable. */
    successor: text,
    terminatedMs: time,
    scheduledMs: time,
    runningMs: time,
    readyMs: z.number(),
  }),
  z.object({
    what: z.literal('alert'),
    name: text,
    state: z.enum(['firing', 'resolved']),
    labels: z.record(text, text),
  }),
  z.object({ what: z.literal('aborted'), message: text }),
]);

/** What a chaos drill did, and what it observed besides the participants. */
export const drillSchema = z.intersection(
  z.object({ type: z.literal('drill'), at: z.number() }),
  drillEvent,
);

export const DRILL_EVENT_NAMES = drillEvent.options.flatMap(({ shape }) => [...shape.what.values]);

export type DrillEvent = z.infer<typeof drillEvent>;
export type DrillLine = z.infer<typeof drillSchema>;
