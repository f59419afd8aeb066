import { parseScenario } from '@livekit-swarm/scenario';
import { explain, isUsageError } from '@livekit-swarm/settings';
import { expect, it } from 'vitest';
import { FAULTS } from '../faults/index.ts';
import { parseDrill } from './parse-drill.ts';

const CALLS = `
scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 20s
    roles:
      user: { count: 2, publish: audio }
      witness: { count: 1, engine: browser }
`;

const problemsOf = (text: string, scenario = CALLS): string => {
  try {
    parseDrill(text, {
      ...{ file: 'drill.yaml', faults: FAULTS },
      readScenario: (file) => parseScenario(scenario, { file }),
    });
  } catch (error) {
    if (isUsageError(error)) return explain(error);
    throw error;
  }
  return '';
};

const drill = (lab: string, fault: string, more = ''): string =>
  `drill: x\nlab: ${lab}\nfaults: [${fault}]\n${more}`;

const SCENARIO = 'scenario: calls.yaml\n';

it.each([
  [drill('{}', '{ fault: renew-certificate }'), /terminates TLS; write lab: { tls: true }/],
  [drill('{}', '{ fault: certificate-expiry, for: 5s }'), /terminates TLS/],
  [drill('{}', '{ fault: change-dns, for: 5s }'), /write lab: { dns: 10s }/],
  [drill('{ dns: 1500ms }', '{ fault: change-dns, for: 5s }'), /must be a number of seconds/],
  [
    drill(
      '{ sites: 2, nodes: 2 }',
      '{ fault: change-keys, target: room-node, with: { keys: both } }',
    ),
    /faults\[0\]\.fault: is for a lab of one site/,
  ],
  [
    drill('{ sites: 2, dns: 5s }', '{ fault: change-dns, for: 9s }'),
    /faults\[0\]\.fault: is for a lab of one site/,
  ],
  [
    drill('{ sites: 3, dns: 5s }', '{ fault: blackhole, target: { site: site-a }, for: 9s }'),
    /lab\.dns: leads to 2 sites; write sites: 2/,
  ],
  [
    drill('{ sites: 2, dns: 5s }', '{ fault: kill, target: room-node }', SCENARIO),
    /lab\.dns: would leave clients with engine: browser or rtc at the first site/,
  ],
  [
    drill('{ sites: 2, tls: true }', '{ fault: kill, target: room-node }'),
    /lab\.tls: is for a lab/,
  ],
  [
    drill('{ nodes: 20, spare: 1 }', '{ fault: add-node, target: spare-node }'),
    /lab\.spare: makes more than 20 nodes/,
  ],
  [
    drill('{ dns: 5s }', '{ fault: change-dns, for: 9s, with: { closeAfter: 3s } }', SCENARIO),
    /closeAfter: would shut out clients with engine: browser or rtc/,
  ],
])('%j: %s', (text, message) => expect(problemsOf(text)).toMatch(message));

it('accepts changes that the lab can make', () => {
  const dns = drill('{ dns: 5s }', '{ fault: change-dns, for: 9s }', SCENARIO);
  expect(problemsOf(dns)).toBe('');
  const keys = '{ fault: change-keys, target: room-node, with: { keys: both } }';
  expect(
    problemsOf(drill('{ tls: true, spare: 1 }', `${keys}, { fault: renew-certificate }`)),
  ).toBe('');
});

/** Scenario of callers. @param conversation key of the callers, in YAML */
const callers = (conversation: string, agent = ''): string => `
scenario: callers
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 1m
    roles:
      caller: { publish: audio, conversation: ${conversation} }
      ${agent}
`;

const withWorkers = drill(
  '{ agentWorkers: { agent: helper } }',
  '{ fault: kill, target: agent-worker }',
  SCENARIO,
);

it.each([
  ['{ agent: { name: helpr, by: api } }', /dispatch helpr, and the workers .* are those of helper/],
  ['{ agent: { name: helper, by: api }, transfer: { to: billing } }', /dispatch billing, and/],
  ['{}', /dispatch no agent, and the workers of the lab are those of helper/],
])('callers of an agent without workers in the lab are refused: %s', (conversation, message) =>
  expect(problemsOf(withWorkers, callers(conversation))).toMatch(message),
);

it.each([
  callers('{ agent: { name: helper, by: api } }'),
  callers('{}', 'agent: { publish: audio, answers: {} }'),
])('callers whose agents the lab or the scenario has are accepted', (scenario) =>
  expect(problemsOf(withWorkers, scenario)).toBe(''),
);
