import { expect, test } from 'vitest';
import { UNFETCHABLE_PORTS } from './unfetchable-ports.ts';

test.each(UNFETCHABLE_PORTS)('fetch refuses port %i, whoever listens there', async (port) => {
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
    cause: { message: 'bad port' },
  });
});
