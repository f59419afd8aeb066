import type { ServerProfile } from '@livekit-swarm/analysis';
import { expect, test } from 'vitest';
import { flameGraphs } from './flame-graph.ts';
import { originOf, shortName } from './function-name.ts';
import { profileNotes, profileTable } from './profile-table.ts';

const profile: ServerProfile = {
  ...{ node: 'node <1>', failure: null, file: 'profile-node.pb.gz' },
  ...{ fromMs: 12_000, durationMs: 10_000, cpuCores: 0.4, cpuMs: 4_000 },
  functions: [
    { name: 'internal/runtime/syscall.Syscall6', selfMs: 3_000, totalMs: 3_000 },
    {
      name: 'github.com/livekit/livekit-server/pkg/sfu.(*W[a/b.<T>]).Write',
      selfMs: 50,
      totalMs: 3_050,
    },
  ],
  names: ['runtime.goexit', 'internal/runtime/syscall.Syscall6', 'runtime.<b>'],
  frames: [
    [0, -1, 3_600],
    [1, 0, 3_000],
    [2, 0, 500],
  ],
};
const failed: ServerProfile = {
  ...profile,
  ...{ failure: 'it cannot be reached', file: null, cpuCores: null, cpuMs: 0 },
  ...{ functions: [], frames: [], names: [] },
};

test.each([
  ['github.com/livekit/livekit-server/pkg/sfu.(*DownTrack).WriteRTP', 'livekit'],
  ['github.com/pion/srtp/v3.(*Context).EncryptRTP', 'pion'],
  ['crypto/internal/fips140/aes/gcm.gcmAesEnc', 'crypto'],
  ['internal/runtime/syscall.Syscall6', 'network'],
  ['golang.org/x/net/internal/socket.sendmmsg', 'network'],
  ['net.(*netFD).writeTo', 'network'],
  ['runtime.futex', 'runtime'],
  ['runtime/internal/atomic.Load', 'runtime'],
  ['encoding/json.Marshal', 'other'],
  ['nettle.Mix', 'other'],
])('%s belongs to %s', (name, origin) => expect(originOf(name)).toBe(origin));

test('a function is shown without the path of its package', () => {
  expect(shortName('github.com/pion/rtp.(*Packet).Marshal')).toBe('rtp.(*Packet).Marshal');
  expect(shortName('github.com/a/deque.(*Deque[go.b/c/d.E]).Push')).toBe(
    'deque.(*Deque[go.b/c/d.E]).Push',
  );
});

test('the table has shares of the CPU time', () => {
  expect(profileTable([profile, failed])).toEqual({
    head: ['function', 'itself', 'with calls'],
    rows: [
      ['syscall.Syscall6', '75 %', '75 %'],
      ['sfu.(*W[a/b.<T>]).Write', '1.3 %', '76.3 %'],
    ],
    left: [0],
  });
  expect(profileTable([profile, { ...profile, node: 'b' }]).rows.map(([node]) => node)).toEqual([
    'node <1>',
    'node <1>',
    'b',
    'b',
  ]);
});

test('notes have the time and the cost of a profile, and why there is none', () => {
  expect(profileNotes([profile, failed])).toEqual([
    expect.stringContaining('for 10 s from 12 s on, while a limit was crossed: 0.4 cores'),
    'No CPU profile of node <1>: it cannot be reached.',
  ]);
});

test('calls of a flame graph are as wide as their time, below their caller', () => {
  const page = flameGraphs([profile])?.text ?? '';
  const calls = [...page.matchAll(/<svg x="([^"]+)" y="(\d+)" width="([^"]+)"/g)].map((found) =>
    found.slice(1),
  );
  expect(calls).toEqual([
    ['0%', '0', '90%'],
    ['0%', '18', '75%'],
    ['75%', '18', '12.5%'],
  ]);
  expect(page).toContain('runtime.&lt;b&gt;');
  expect(page).not.toContain('<b>');
  expect(page).not.toContain('style=');
});

test('there is no flame graph of a node that was not profiled', () => {
  expect(flameGraphs([failed])).toBeNull();
  expect(flameGraphs()).toBeNull();
});
