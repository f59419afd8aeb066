import { z } from 'zod';
import type { Member, TargetReference } from '../targets/target.ts';

const SCHEMA = 'livekit-swarm/injection/1';

/** Something that was about to be injected, and all that it takes to heal it. */
export interface JournalEntry {
  schema: typeof SCHEMA;
  /** `[a-z0-9]{8}`. */
  id: string;
  drill: string;
  fault: string;
  /** As the fault's own schema gave them. */
  params: unknown;
  members: Member[];
  target: TargetReference;
  /** ISO 8601. */
  injectedAt: string;
  /** Whose drill it is: while that process lives, it heals itself. */
  owner: { pid: number; startedAt: number | null };
}

const ports = z.object({
  address: z.string(),
  udp: z.tuple([z.int(), z.int()]).nullable(),
  tcp: z.array(z.int()),
});

const member = z.object({
  name: z.string(),
  kind: z.enum(['node', 'redis', 'balancer', 'turn']),
  nodeId: z.string().nullable(),
  ports: ports.nullable(),
  redis: z
    .object({ address: z.string().nullable(), port: z.int(), cgroup: z.string().nullable() })
    .exactOptional(),
});

const entry = z.object({
  schema: z.literal(SCHEMA),
  id: z.string().regex(/^[a-z0-9]{8}$/),
  drill: z.string(),
  fault: z.string(),
  params: z.unknown(),
  members: z.array(member),
  target: z
    .object({ kind: z.enum(['process', 'docker', 'kubernetes', 'ssh']) })
    .catchall(z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
  injectedAt: z.iso.datetime(),
  owner: z.object({ pid: z.int().positive(), startedAt: z.number().nullable() }),
});

export const newEntry = (what: Omit<JournalEntry, 'schema'>): JournalEntry => ({
  schema: SCHEMA,
  ...what,
});

/** @throws Error that says in a few words what is wrong with it */
export const parseEntry = (text: string): JournalEntry => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('it is no JSON, or only a part of it');
  }
  const result = entry.safeParse(json);
  if (result.success) return result.data;
  const { schema } = (typeof json === 'object' && json !== null ? json : {}) as {
    schema?: unknown;
  };
  if (schema !== SCHEMA)
    throw new Error(
      `it is not from this version of swarm: its schema is ${JSON.stringify(schema) ?? 'missing'}`,
    );
  const [issue] = result.error.issues;
  throw new Error(
    `${issue?.path.join('.') ?? 'something'} is wrong: ${issue?.message ?? 'nobody knows why'}`,
  );
};
