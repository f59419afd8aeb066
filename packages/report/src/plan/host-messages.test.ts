import { describe, expect, it } from 'vitest';
import { predictionText } from './host-messages.ts';

describe('predictionText', () => {
  it('names the capacity of the host, and what follows for a larger load', () => {
    const estimate = { unit: 'rooms', besideServer: 260, alone: 900 } as const;
    expect(predictionText({ ...estimate, requested: 500 })).toBe(
      'Estimated capacity of this host: 260 rooms with the server beside it, 900 without; 500 requested: the verdict will probably be inconclusive.',
    );
    expect(predictionText({ ...estimate, requested: 260 })).toBe(
      'Estimated capacity of this host: 260 rooms with the server beside it, 900 without; 260 requested.',
    );
  });

  it('does not mention a server that is elsewhere', () => {
    const estimate = {
      unit: 'participants',
      besideServer: null,
      alone: 900,
      requested: 1,
    } as const;
    expect(predictionText(estimate)).toBe(
      'Estimated capacity of this host: 900 participants; 1 requested.',
    );
  });
});
