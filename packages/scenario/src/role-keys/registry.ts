/** What a role does, everything filled in: as records hold it and as plans use it. */
import { z } from 'zod';
import { actionSchema } from '../actions/action-spec.ts';
import { impairmentSchema } from '../network/impairment.ts';
import { trackPlanSchema } from '../track-plan.ts';
import { connectSchema } from './connect.ts';
import { dataSchema } from './data.ts';
import { DEPARTURES } from './departure.ts';
import { e2eeSchema } from './e2ee.ts';
import { clientEngine } from './engine.ts';
import { grantsSchema } from './grants.ts';
import { layoutSchema } from './layout.ts';
import { PATHS } from './path.ts';
import { turnsSchema } from './turns.ts';

export const roleSpecSchema = z
  .object({
    /** Label of everything measured on its participants: `host`, `viewer`. Unique in its group. */
    name: z.string(),
    count: z.number().min(0).describe('Participants of the role in each room.'),
    publish: z.array(trackPlanSchema),
    /** Null: sends none. */
    data: dataSchema.nullable(),
    /** Whether they subscribe at all; then `layout` decides to what. */
    subscribe: z.boolean(),
    layout: layoutSchema,
    grants: grantsSchema,
    /** An impaired access network: the name of a preset (or `custom`) and its effect. Null: no impairment. */
    network: z.object({ name: z.string(), impairment: impairmentSchema }).nullable(),
    /** Labels of the hosts that these participants may be on, in a run on several; none: on any. Absent in records of earlier versions. */
    hostSelector: z.record(z.string(), z.string()).exactOptional(),
    /** With an executor that replaces participants: whether these stay as long as the room is open. */
    permanent: z.boolean(),
    /** Absent in records of earlier versions, which had no other. */
    path: z.enum(PATHS).default('direct'),
    /** Absent: native. */
    engine: clientEngine.exactOptional(),
    /** What native publishers send follows the bandwidth that they estimate, as in browsers. Absent: they send everything. Real clients always adapt. */
    rateAdaptation: z.literal(true).exactOptional(),
    /** Absent: leave. */
    departure: z.enum(DEPARTURES).exactOptional(),
    /** What each of them does during its stay, and when. Absent: nothing. */
    actions: z.array(actionSchema).exactOptional(),
    /** Participants of the room that have it take turns in speaking. Absent: they speak all the time. */
    turns: turnsSchema.exactOptional(),
    /** They ask a token endpoint of the application. Absent: their tokens are made with the API key. */
    connect: connectSchema.exactOptional(),
    /** End-to-end encryption. Null: none; absent in records of earlier versions. */
    e2ee: e2eeSchema.nullable().default(null),
  })
  .meta({ id: 'Role', description: 'Participants of a room that do the same.' });

export type RoleSpec = z.infer<typeof roleSpecSchema>;

/** What a role has unless something else is stated. */
export const DEFAULT_ROLE: Omit<RoleSpec, 'name' | 'count' | 'publish'> = {
  data: null,
  subscribe: true,
  layout: { type: 'all' },
  grants: {},
  network: null,
  permanent: false,
  path: 'direct',
  e2ee: null,
};
