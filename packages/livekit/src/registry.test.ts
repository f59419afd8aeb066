import { describe, expect, it } from 'vitest';
import { ghostRooms, isStale, type RegistryNode, readRegistryNode } from './registry.ts';

const NOW = 1_000_000_000;
const node = (id: string, secondsAgo: number): [string, RegistryNode] => [
  id,
  { id, state: 'serving', updatedAt: NOW / 1_000 - secondsAgo },
];

describe('ghostRooms', () => {
  const nodes = new Map([node('ND_alive', 1), node('ND_silent', 30)]);

  it('are those whose node is gone, silent or not named', () => {
    const rooms = new Map([
      ['fine', 'ND_alive'],
      ['hung', 'ND_silent'],
      ['lost', 'ND_dead'],
    ]);
    expect(ghostRooms(['fine', 'hung', 'lost', 'nowhere'], { rooms, nodes }, NOW)).toEqual([
      'hung',
      'lost',
      'nowhere',
    ]);
  });

  it('finds the stale nodes', () => {
    expect([...nodes.values()].map((one) => isStale(one, NOW))).toEqual([false, true]);
  });
});

it('returns null for bytes that are not a node', () => {
  for (const bytes of [[], [0xff, 0xff], [0x0a, 0x05, 0x41]])
    expect(readRegistryNode(Uint8Array.from(bytes))).toBeNull();
});
