const FULL_SCALE = 32768;
const SILENT = 127;

/**
 * Level of a frame as RFC 6464 §3 puts it on the wire: root mean square against full scale, in -dBov, so 0 is the loudest and 127 silence.
 * Samples are 16-bit PCM, any number of them; none are silent.
 */
export const audioLevel = (samples: Int16Array): number => {
  const energy = samples.reduce((sum, sample) => sum + (sample / FULL_SCALE) ** 2, 0);
  if (energy === 0) return SILENT;
  const decibel = 10 * Math.log10(energy / samples.length);
  return Math.min(SILENT, Math.max(0, Math.round(-decibel)));
};
