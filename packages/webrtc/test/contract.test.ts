import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { definitions, renderedContract } from '../scripts/contract-files.ts';
import { renderContract } from '../scripts/render-contract.ts';
import { loadAddon } from '../src/open-pump.ts';
import { COHORTS, DATA_STAMP_BYTES, INTERRUPTION_MS } from '../src/pump.ts';

/** Fields of an interface in the contract, in their order. */
const fieldsOf = (contract: string, name: string): string[] => {
  const [, body = ''] =
    new RegExp(`^export interface ${name} \\{\\n(.*?)^\\}`, 'ms').exec(contract) ?? [];
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].flatMap(([, field]) => field ?? []);
};

describe('the contract of the addon', () => {
  const contract = readFileSync(renderedContract, 'utf8');

  // A prebuilt addon comes without the definitions that compiling leaves behind.
  it.skipIf(!existsSync(definitions))(
    'is what the crate declares ("npm run contract" writes it)',
    () => {
      expect(contract).toBe(renderContract(readFileSync(definitions, 'utf8')));
    },
  );

  it('has the columns that the addon fills', () => {
    const columns = loadAddon().sampleColumns();
    const rows = {
      senders: fieldsOf(contract, 'SenderStats'),
      receivers: fieldsOf(contract, 'ReceiverStats'),
      peers: fieldsOf(contract, 'PeerStats'),
      flows: fieldsOf(contract, 'DataFlowStats'),
      interruptions: fieldsOf(contract, 'Interruption'),
    };
    expect(rows.receivers).toContain('latencyP50Ms');
    expect(columns).toEqual(rows);
  });

  it('has the constants of the addon', () => {
    const addon = loadAddon();
    expect({ COHORTS, DATA_STAMP_BYTES, INTERRUPTION_MS }).toEqual({
      COHORTS: addon.COHORTS,
      DATA_STAMP_BYTES: addon.DATA_STAMP_BYTES,
      INTERRUPTION_MS: addon.INTERRUPTION_MS,
    });
  });

  it('bins latencies with the γ that the package metrics uses', () => {
    expect(loadAddon().SKETCH_GAMMA).toBe(1.02 / 0.98);
  });
});
