import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openPump } from '../src/open-pump.ts';

const descriptors = (): number => readdirSync('/proc/self/fd').length;

describe('a pump that is closed', () => {
  it.skipIf(process.platform !== 'linux')(
    'frees its file descriptors at once, also while it is referenced',
    () => {
      const held = [];
      const before = descriptors();
      for (let count = 0; count < 50; count++) {
        const pump = openPump({ threads: 2, ownSockets: count % 2 === 0 }, () => {});
        pump.createPeer('127.0.0.1');
        pump.close();
        held.push(pump);
      }
      expect(held).toHaveLength(50);
      // Node may have started threads of its own.
      expect(descriptors()).toBeLessThan(before + 10);
    },
  );

  it('throws the code `closed` afterwards, and may be closed again', () => {
    const pump = openPump({ threads: 1 }, () => {});
    const { peer } = pump.createPeer('127.0.0.1');
    pump.close();
    expect(() => pump.createPeer('127.0.0.1')).toThrow('the pump is closed');
    expect(() => pump.closePeer(peer)).toThrow(expect.objectContaining({ code: 'closed' }));
    expect(() => pump.restartIce(peer)).toThrow('the pump is closed');
    expect(pump.sample()).toMatchObject({ senders: [], receivers: [], peers: [] });
    pump.close();
  });
});
