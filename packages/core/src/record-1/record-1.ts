import { z } from 'zod';
import { expandPlan } from '../expand.ts';
import { loadSpecSchema } from '../load-spec.ts';
import { planFactsOf } from '../plan-facts.ts';
import { RECORD_SCHEMA, type RecordLine } from '../record.ts';
import { FLAGS_GROUP, scenarioOfLoad } from '../scenario/scenario-of-load.ts';

/** Written before there were scenarios: flags made one group, and everybody stayed to the end. */
export const RECORD_1_SCHEMA = 'livekit-swarm/record/1';

const header1Schema = z.looseObject({ run: z.string().min(1), spec: loadSpecSchema, thresholds: z.array(z.string()) });

/**
 * A header as it would be written today.
 * @throws z.ZodError
 */
export const upgradeHeader = (line: Record<string, unknown>): Record<string, unknown> => {
  const { spec, ...rest } = header1Schema.parse(line);
  const scenario = scenarioOfLoad(spec, rest.thresholds);
  return { ...rest, schema: RECORD_SCHEMA, scenario, plan: planFactsOf(expandPlan(scenario, rest.run)) };
};

/** Fills in what lines did not say then. @param header upgraded */
export const createLineUpgrade = (header: Extract<RecordLine, { type: 'header' }>): ((line: RecordLine) => RecordLine) => {
  const { participants, endAtMs } = expandPlan(header.scenario, header.run);
  const joins = new Map(participants.map(({ identity, joinAtMs }) => [identity, joinAtMs]));
  return (line) => {
    switch (line.type) {
      case 'event':
        return line.identity === undefined ? line : { ...line, group: FLAGS_GROUP };
      case 'sample':
        return {
          ...line,
          series: line.series.map((series) => ({ ...series, labels: { ...series.labels, group: FLAGS_GROUP } })),
        };
      case 'participant':
        return { ...line, group: FLAGS_GROUP, joinAtMs: joins.get(line.identity) ?? 0, leaveAtMs: endAtMs };
      default:
        return line;
    }
  };
};
