const FULL_SCALE = 32768;
const SILENT = 127;

/**
 * Audio level of a frame as in RFC 6464 §3: root mean square relative to full scale, -dBov, from 0
 * (loudest) to 127 (silence).
 * @param samples 16-bit PCM, any number; an empty frame is silent
 */
export const audioLevel = (samples: Int16Array): number => {
  const energy = samples.reduce((sum, sample) => sum + (sample / FULL_SCALE) ** 2, 0);
  if (energy === 0) return SILENT;
  const decibel = 10 * Math.log10(energy / samples.length);
  return Math.min(SILENT, Math.max(0, Math.round(-decibel)));
};
