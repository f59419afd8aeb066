import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decideVerdict, readRecord, resolveThresholds } from '@livekit-swarm/analysis';
import { type EventLine, RECORD_FILE, recordLines } from '@livekit-swarm/record';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { type Drill, drillSchema } from '../drill/drill.ts';
import { MAX_EXTRA_ATTEMPTS, repeatFolder } from '../execute/execute-drill.ts';
import { FAULTS } from '../faults/index.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { combineRepeats } from '../measure/combine-repeats.ts';
import {
  type DrillReason,
  decideDrillVerdict,
  type ExecutionFailure,
} from '../measure/decide-verdict.ts';
import { drillHealth } from '../measure/drill-health.ts';
import {
  DRILL_RESULT_SCHEMA,
  type DrillResult,
  drillServerSchema,
  type RepeatResult,
} from '../measure/drill-result.ts';
import { createSeconds, windowFigures } from '../measure/figures.ts';
import { createRecoveryFold } from '../measure/measure-recovery.ts';
import type { Recovery } from '../measure/recovery.ts';
import { createWaitsFold } from '../measure/waits.ts';

/**
 * File in the folder of a drill, next to its records: the definition of the drill and its result so
 * far.
 */
export const DRILL_FILE = 'drill.json';

/** Schema of the part of a drill's result document that does not follow from its records. */
const storedSchema = z.object({
  schema: z.literal(DRILL_RESULT_SCHEMA),
  drill: drillSchema,
  deployment: z.string(),
  server: drillServerSchema.nullable().default(null),
  startedAt: z.string(),
});

const HINT = 'give the folder that "swarm chaos run" printed: records/TIME-DRILL';

/** @throws SwarmError `drill_not_found` when the folder has no readable drill.json */
const readStoredDrill = (dir: string): z.infer<typeof storedSchema> => {
  if (!existsSync(dir)) throw new SwarmError('drill_not_found', `${dir}: folder not found`, HINT);
  if (!statSync(dir).isDirectory())
    throw new SwarmError('drill_not_found', `${dir}: is not a folder`, HINT);
  const file = join(dir, DRILL_FILE);
  if (!existsSync(file)) {
    throw new SwarmError(
      'drill_not_found',
      `${dir}: no ${DRILL_FILE} in this folder`,
      `${HINT}; "swarm report" reads any record`,
    );
  }
  try {
    return storedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new SwarmError(
      'drill_not_found',
      `${file}: cannot be read as a drill: ${whyOf(cause)}`,
      'was it written by another version of swarm?',
      { cause },
    );
  }
};

const whyOf = (error: unknown): string => {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  const [first] = error.issues;
  return `${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`;
};

/**
 * Measures a drill and decides its verdict again, from its definition and its records alone.
 * @param dir folder of the drill
 * @param journal journal of faults that were not rolled back
 * @throws SwarmError `drill_not_found`; RecordError for a record that cannot be read
 */
export const evaluateDrill = async (
  dir: string,
  journal: Pick<Journal, 'read'> = openJournal(),
): Promise<DrillResult> => {
  const { drill, deployment, server, startedAt } = readStoredDrill(dir);
  const files = recordsOf(dir, drill);
  if (files.length === 0) {
    throw new SwarmError(
      'drill_not_found',
      `${dir}: no record in this folder`,
      'the drill ended before it wrote one',
    );
  }
  const repeats: RepeatResult[] = [];
  const serverVersions = new Set<string>();
  for (const { number, file } of files) {
    const onEvent = ({ serverVersion }: EventLine): void => {
      if (serverVersion !== undefined) serverVersions.add(serverVersion);
    };
    const repeat = await evaluateRepeat(drill, number, file, onEvent);
    repeats.push(await withLeftovers(repeat, journal));
  }
  return combineRepeats({ drill, deployment, server, startedAt, repeats, serverVersions });
};

/**
 * Adds faults that were not rolled back. The record ends before the last rollbacks; the journal
 * shows whether they succeeded.
 */
const withLeftovers = async (
  repeat: RepeatResult,
  journal: Pick<Journal, 'read'>,
): Promise<RepeatResult> => {
  const { verdict, reasons, recovery } = repeat;
  const open = recovery.faults.filter(({ rolledBackAt }) => rolledBackAt === null);
  const reason = open.length === 0 ? null : await whyNotRolledBack(open, journal);
  if (reason === null) return repeat;
  // The reason of an interrupted repeat implies that all faults were rolled back.
  const others = verdict === 'interrupted' ? [] : reasons;
  return { ...repeat, reasons: [reason, ...others] };
};

/**
 * Reason for faults that were not rolled back; null: all were. A journal or an entry that cannot be
 * read may contain faults, as the reason states.
 */
const whyNotRolledBack = async (
  open: Recovery['faults'],
  journal: Pick<Journal, 'read'>,
): Promise<DrillReason | null> => {
  const faults = open.map(({ fault }) => fault);
  try {
    const { pending, unreadable } = await journal.read();
    const ids = new Set<string>(pending.map(({ id }) => id));
    const left = open.filter(({ id }) => ids.has(id));
    if (left.length > 0) return { code: 'rollback_failed', faults: left.map(({ fault }) => fault) };
    const hidden = unreadable.find(({ file }) =>
      open.some(({ id }) => file.endsWith(`${id}.json`)),
    );
    return hidden === undefined
      ? null
      : { code: 'rollback_unknown', faults, message: `${hidden.file}: ${hidden.reason}` };
  } catch (error) {
    const message = messageOf(error);
    return { code: 'rollback_unknown', faults, message };
  }
};

/**
 * Numbers and records of the repeats in a folder of `executeDrill`; an interrupted drill has fewer.
 */
const recordsOf = (dir: string, drill: Drill): { number: number; file: string }[] =>
  Array.from({ length: drill.repeats + MAX_EXTRA_ATTEMPTS }, (_, index) => ({
    number: index + 1,
    file: join(repeatFolder(dir, drill, index + 1), RECORD_FILE),
  })).filter(({ file }) => existsSync(file));

const evaluateRepeat = async (
  drill: Drill,
  number: number,
  file: string,
  onEvent: (line: EventLine) => void,
): Promise<RepeatResult> => {
  const recoveryFold = createRecoveryFold();
  const waitsFold = createWaitsFold((fault) => FAULTS.get(fault)?.takesCpu === true);
  const seconds = createSeconds();
  let steady = false;
  let failure: ExecutionFailure | null = null;
  let startedAtMs = 0;
  let endAt = 0;
  for await (const line of recordLines(file)) {
    recoveryFold.add(line);
    waitsFold.add(line);
    seconds.add(line);
    if (line.type === 'header') startedAtMs = line.startedAtMs;
    else endAt = Math.max(endAt, line.at);
    if (line.type === 'event') onEvent(line);
    if (line.type !== 'drill') continue;
    if (line.event === 'steady_state_reached') steady = true;
    if (line.event === 'void' || line.event === 'aborted')
      failure ??= { event: line.event, reason: line.reason };
  }
  if (!steady) failure ??= { event: 'void', reason: { code: 'ended_before_steady_state' } };
  const summary = await readRecord(file);
  const recovery = recoveryFold.result();
  const ofRun = decideVerdict(summary, resolveThresholds(summary.scenario));
  const decided = decideDrillVerdict({
    drill,
    recovery,
    failure,
    interrupted: summary.end?.reason === 'interrupted',
    decision: {
      thresholds: ofRun.thresholds,
      health: drillHealth(drill, summary, ofRun, waitsFold.result()),
    },
  });
  const repeat: RepeatResult = {
    number,
    recovery,
    windows: windowFigures(summary),
    seconds: seconds.result(),
    record: file,
    startedAtMs,
    durationMs: endAt,
    ...decided,
  };
  if (summary.end !== null) return repeat;
  // Participants that were disconnected when the record ends may have recovered.
  const truncated = { code: 'record_truncated', atMs: endAt } as const;
  return { ...repeat, verdict: 'inconclusive', reasons: [truncated, ...decided.reasons] };
};
