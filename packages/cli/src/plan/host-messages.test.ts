import { describe, expect, it } from 'vitest';
import { predictionText } from './host-messages.ts';

describe('predictionText', () => {
  it('names what the host carries, and what follows for a larger load', () => {
    const carries = { unit: 'rooms', besideServer: 260, alone: 900 } as const;
    expect(predictionText({ ...carries, requested: 500 })).toBe(
      'This host carries about 260 rooms with the server beside it, 900 without; 500 requested: the verdict will probably be inconclusive.',
    );
    expect(predictionText({ ...carries, requested: 260 })).toBe(
      'This host carries about 260 rooms with the server beside it, 900 without; 260 requested.',
    );
  });

  it('does not mention a server that is elsewhere', () => {
    const carries = { unit: 'participants', besideServer: null, alone: 900, requested: 1 } as const;
    expect(predictionText(carries)).toBe('This host carries about 900 participants; 1 requested.');
  });
});
