import { expect, test } from 'vitest';
import { UNFETCHABLE_PORTS } from './free-ports.ts';

test.each(UNFETCHABLE_PORTS)('fetch blocks port %i', async (port) => {
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
    cause: { message: 'bad port' },
  });
});
