import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { expect, it } from 'vitest';
import { createSummary } from './summarize.ts';

const SPEC = specOf({ rooms: 2, participants: 2, subscribers: 1, durationMs: 4_000 });

const summaryOf = (lines: readonly RecordLine[]) => {
  const summary = createSummary();
  for (const line of lines) summary.add(line);
  return summary.result();
};

/** The same run, with roles that use the given paths. */
const over = (paths: Record<string, 'turn-udp' | 'auto'>): RecordLine[] =>
  recordOf(SPEC, 1).map((line): RecordLine => {
    if (line.type !== 'header') return line;
    const groups = line.scenario.groups as { roles: { name: string }[] }[];
    const scenario = {
      ...line.scenario,
      groups: groups.map((group) => ({
        ...group,
        roles: group.roles.map((role) => ({ ...role, path: paths[role.name] ?? 'direct' })),
      })),
    };
    return { ...line, scenario } as RecordLine;
  });

it('the summary of paths is empty if all participants use UDP', () => {
  expect(summaryOf(recordOf(SPEC, 1)).paths).toEqual([]);
});

it('the summary of paths has joins, media and allocations of each path', () => {
  const lines = over({ publisher: 'turn-udp' }).map((line): RecordLine => {
    const relayed = {
      path: 'turn-udp',
      localCandidate: 'relay',
      remoteCandidate: 'host',
      protocol: 'udp',
      allocationMs: 40,
    } as const;
    const isRelayed = 'role' in line && line.role === 'publisher';
    if (line.type === 'participant' && isRelayed) return { ...line, selectedPair: relayed };
    if (line.type === 'event' && line.event === 'joined' && isRelayed)
      return { ...line, selectedPair: relayed };
    if (line.type === 'sample' && line.at < 1_500)
      return { ...line, streamDrops: [{ group: 'load', role: 'publisher', packets: 3 }] };
    return line;
  });
  const { paths, metrics, joins } = summaryOf(lines);
  expect(paths.map(({ path, joined, failed }) => [path, joined, failed])).toEqual([
    ['direct', 2, 0],
    ['turn-udp', 4, 0],
  ]);
  const [direct, relayed] = paths;
  expect(relayed).toMatchObject({ selected: { 'turn-udp': 4 }, streamDrops: 3 });
  expect(relayed?.allocationTime?.p50).toBeCloseTo(40, -1);
  expect(joins.turnAllocation).toEqual(relayed?.allocationTime);
  expect(direct).toMatchObject({ allocationTime: null, streamDrops: 0 });
  expect(direct?.joinTime).not.toBeNull();
  const received = (path: string) => {
    const value = metrics.measure('packets_received', { path });
    return value?.type === 'counter' ? value.count : 0;
  };
  const all = metrics.measure('packets_received');
  expect(received('direct')).toBeGreaterThan(0);
  expect(received('direct') + received('turn-udp')).toBe(
    all?.type === 'counter' ? all.count : null,
  );
});

it('the summary of paths counts the selections of ICE', () => {
  const lines = over({ publisher: 'auto', subscriber: 'auto' }).map(
    (line): RecordLine =>
      line.type !== 'participant'
        ? line
        : {
            ...line,
            selectedPair: {
              path: line.role === 'publisher' ? 'direct' : 'ice-tcp',
              localCandidate: 'host',
              remoteCandidate: 'host',
              protocol: line.role === 'publisher' ? 'udp' : 'tcp',
            },
          },
  );
  expect(summaryOf(lines).paths).toMatchObject([
    { path: 'auto', joined: 6, selected: { direct: 4, 'ice-tcp': 2 } },
  ]);
});
