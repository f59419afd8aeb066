import { expect, test } from 'vitest';
import { checkTimetable, isDeployed, parseScaler } from './scaler-file.ts';

const FILE = `scaler: evening
scenario: { file: evening-load.yaml, scale: small }
nodes: { max: 3, carries: 20, boot: 10s }
rule: { metric: participants, target: 12 }
`;

const problemsOf = (act: () => unknown): string[] => {
  try {
    act();
  } catch (error) {
    const { problems } = error as { problems: { line: number; path: string; message: string }[] };
    return problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }
  return [];
};

test('fills in every default', () => {
  const { value } = parseScaler(FILE, 'scaler.yaml');
  expect(value).toMatchObject({
    nodes: { min: 1, max: 3, carries: 20, boot: 10_000, config: {} },
    rule: {
      ...{ every: 2_000, tolerance: 0.1, coolDown: { up: 0, down: 30_000 } },
      ...{ scaleIn: 'newest', drain: 30_000, mode: 'reactive' },
    },
    spot: [],
    objectives: { joinsLost: 0, slowJoin: 5_000, slowJoins: 0, overloaded: 0, callsCut: 0 },
  });
});

test.each([
  ['max: 3', 'max: 3, min: 4', '3 nodes.min: min 4 is more than max 3'],
  ['target: 12', 'target: 0', '4 rule.target: must be a number above 0, at most 1000000'],
  ['target: 12', 'target: 21', '4 rule.target: target 21 is more than a node carries (20)'],
  [
    'target: 12',
    'target: 12, mode: predictive',
    '4 rule.mode: predictive needs the time that it looks ahead',
  ],
  [
    'participants, target: 12',
    'cpu, target: 0.5, ahead: 10s',
    '4 rule.ahead: a timetable does not contain CPU',
  ],
  ['boot: 10s', 'boot: 10', '3 nodes.boot: a duration needs a unit'],
  ['boot: 10s', 'boots: 10s', '3 nodes.boots: unknown key "boots"'],
])('rejects %s as %s', (from, to, problem) => {
  expect(problemsOf(() => parseScaler(FILE.replace(from, to), 'scaler.yaml'))).toContain(problem);
});

test('rejects a timetable that is too long, and a notice after its end', () => {
  const settings = parseScaler(`${FILE}spot: [{ at: 2m }]\n`, 'scaler.yaml');
  expect(problemsOf(() => checkTimetable(settings, { endAtMs: 120_001 }))).toEqual([]);
  expect(problemsOf(() => checkTimetable(settings, { endAtMs: 60_000 }))).toEqual([
    '5 spot[0].at: is after the end of the load (1m)',
  ]);
  expect(problemsOf(() => checkTimetable(settings, { endAtMs: 5 * 3_600_000 }))).toEqual([
    '2 scenario: its load lasts 5h, and a rehearsal at most 4h',
  ]);
});

const DEPLOYED = `scaler: evening
scenario: evening-load.yaml
autoscaler: { hpa: livekit }
nodes: { carries: 20 }
rule: { metric: rooms, target: 12 }
`;

test('reads a file of the autoscaler of a deployment, which has no rules of its own', () => {
  const settings = parseScaler(DEPLOYED, 'scaler.yaml');
  expect(isDeployed(settings)).toBe(true);
  expect(settings.value).toMatchObject({
    autoscaler: { hpa: 'livekit' },
    nodes: { carries: 20 },
    objectives: { callsCut: 0, slowJoin: 5_000 },
  });
  expect(isDeployed(parseScaler(FILE, 'scaler.yaml'))).toBe(false);
});

test.each([
  ['carries: 20', 'carries: 20, boot: 5s', '4 nodes.boot: unknown key "boot"'],
  ['target: 12', 'target: 12, coolDown: { down: 9s }', '5 rule.coolDown: unknown key "coolDown"'],
  ['target: 12', 'target: 21', '5 rule.target: target 21 is more than a node carries (20)'],
  ['hpa: livekit', 'keda: livekit', '3 autoscaler.keda: unknown key "keda"'],
])('rejects %s as %s of a deployment', (from, to, problem) => {
  expect(problemsOf(() => parseScaler(DEPLOYED.replace(from, to), 'scaler.yaml'))).toContain(
    problem,
  );
});

test('explains why a rule of the reference scaler is refused', () => {
  const act = () => parseScaler(DEPLOYED.replace('target: 12', 'target: 12, every: 2s'), 'x.yaml');
  expect(act).toThrow(expect.objectContaining({ code: 'invalid_file' }));
  try {
    act();
  } catch (error) {
    const [problem] = (error as { problems: { hint: string }[] }).problems;
    expect(problem?.hint).toContain('the autoscaler of the deployment has its own'.slice(4));
  }
});
