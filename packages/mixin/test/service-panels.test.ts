/**
 * Panels of phone calls and recordings show simulated series of livekit/sip and livekit/egress, by
 * promtool. Neither service can be built for tests: names and labels are from their source code.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { queries, withoutVariables } from '../src/queries.ts';
import { SHIPPED } from '../src/shipped.ts';

await skipWithout('promtool');

const SIP = 'cluster="eu", job="sip", instance="a", node_id="NS_a"';
const SECOND = 'cluster="eu", job="sip", instance="b", node_id="NS_b"';
const EGRESS = 'cluster="eu", job="egress", instance="a"';
const SECOND_EGRESS = 'cluster="eu", job="egress", instance="b"';

/** Counter with a constant rate, per minute. */
const grows = (perMinute: number): string => `0+${perMinute}x60`;

const SERIES: Readonly<Record<string, string>> = {
  [`livekit_sip_available{${SIP}}`]: '1x60',
  [`livekit_sip_available{${SECOND}}`]: '0x60',
  [`livekit_sip_calls_active{${SIP}, dir="in", to="a.example"}`]: '3x60',
  [`livekit_sip_calls_active{${SECOND}, dir="in", to="b.example"}`]: '4x60',
  [`livekit_sip_calls_active{${SIP}, dir="out", to="c.example"}`]: '2x60',
  [`livekit_sip_invite_requests_raw{${SIP}}`]: grows(600),
  [`livekit_sip_invite_requests{${SIP}, dir="in"}`]: grows(300),
  [`livekit_sip_invite_accepted{${SIP}, dir="in", to="a.example"}`]: grows(60),
  [`livekit_sip_invite_error{${SIP}, dir="in", to="unknown", reason="no-rule"}`]: grows(120),
  [`livekit_sip_calls_terminated{${SIP}, dir="in", to="a.example", reason="hangup"}`]: grows(30),
  [`livekit_sip_transfers_total{${SIP}, dir="in"}`]: grows(12),
  [`livekit_sip_transfers_failed_total{${SIP}, dir="in", reason="busy"}`]: grows(6),
  [`livekit_sip_packets_rtp{${SIP}, dir="in", to="a.example", op="send", payload="PCMU"}`]:
    grows(3_000),
  [`livekit_sip_packets_rtp{${SIP}, dir="in", to="a.example", op="recv", payload="PCMU"}`]:
    grows(1_500),
  // All between 0.5 and 1 s.
  [`livekit_sip_dur_check_sec_bucket{${SIP}, dir="in", le="0.5"}`]: grows(0),
  [`livekit_sip_dur_check_sec_bucket{${SIP}, dir="in", le="1"}`]: grows(60),
  [`livekit_sip_dur_check_sec_bucket{${SIP}, dir="in", le="+Inf"}`]: grows(60),
  [`livekit_sip_dur_join_sec_bucket{${SIP}, dir="in", le="1"}`]: grows(0),
  [`livekit_sip_dur_join_sec_bucket{${SIP}, dir="in", le="2.5"}`]: grows(60),
  [`livekit_sip_dur_join_sec_bucket{${SIP}, dir="in", le="+Inf"}`]: grows(60),
  [`livekit_egress_can_accept_request{${EGRESS}, node_id="NE_a"}`]: '1x60',
  [`livekit_egress_can_accept_request{${SECOND_EGRESS}, node_id="NE_b"}`]: '0x60',
  [`livekit_load_ratio{${EGRESS}, type="cpu"}`]: '0.25x60',
  [`livekit_load_ratio{${SECOND_EGRESS}, type="cpu"}`]: '1.5x60',
  [`livekit_load_ratio{${EGRESS}, type="memory"}`]: '0.5x60',
};

/** Values by labels, of each query of a panel. */
const PANELS: Readonly<Record<string, readonly Readonly<Record<string, number>>[]>> = {
  'SIP instances': [{ '{}': 2 }, { '{}': 1 }],
  'SIP calls': [{ '{dir="in"}': 7, '{dir="out"}': 2 }],
  'SIP INVITEs': [{ '{}': 10 }, { '{dir="in"}': 5 }, { '{dir="in"}': 1 }],
  'Refused SIP calls': [{ '{dir="in", reason="no-rule"}': 2 }],
  'Ended SIP calls': [{ '{dir="in", reason="hangup"}': 0.5 }],
  'SIP transfers': [{ '{dir="in"}': 0.2 }, { '{dir="in", reason="busy"}': 0.1 }],
  'INVITE to dispatch': [{ '{dir="in"}': 0.975 }],
  'INVITE to audio of the room': [{ '{dir="in"}': 1.75 }, { '{dir="in"}': 2.425 }],
  'SIP audio packets': [{ '{op="recv"}': 25, '{op="send"}': 50 }],
  'Egress workers': [{ '{}': 2 }, { '{}': 1 }],
  'Load of egress workers': [{ '{type="cpu"}': 1.5, '{type="memory"}': 0.5 }],
};

const exprsOf = (title: string): string[] =>
  queries(SHIPPED)
    .filter(({ owner, where, kind }) => owner === 'rooms' && where === title && kind === 'panel')
    .map(({ expr }) => withoutVariables(expr, '5m'));

it('each panel shows what its series have', async () => {
  const expected = Object.entries(PANELS).flatMap(([title, values]) => {
    const exprs = exprsOf(title);
    expect(exprs, title).toHaveLength(values.length);
    return exprs.map((expr, index) => ({
      expr,
      eval_time: '30m',
      exp_samples: Object.entries(values[index] ?? {}).map(([labels, value]) => ({
        ...{ labels, value },
      })),
    }));
  });
  const dir = await mkdtemp(join(tmpdir(), 'swarm-service-panels-'));
  try {
    const file = join(dir, 'panels.test.yaml');
    const test = {
      interval: '1m',
      input_series: Object.entries(SERIES).map(([series, values]) => ({ series, values })),
      promql_expr_test: expected,
    };
    await writeFile(file, stringify({ evaluation_interval: '1m', tests: [test] }));
    const { stdout } = await promisify(execFile)('promtool', ['test', 'rules', file]);
    expect(stdout).toContain('SUCCESS');
  } finally {
    await rm(dir, { recursive: true });
  }
});

it('every panel of phone calls has values to compare', () => {
  const used = queries(SHIPPED).filter(({ expr }) => /livekit_sip_|livekit_load_ratio/.test(expr));
  const titles = used.filter(({ kind }) => kind === 'panel').map(({ where }) => where);
  expect(titles.filter((title) => !(title in PANELS))).toEqual([]);
});
