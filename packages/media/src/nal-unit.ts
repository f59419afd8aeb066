/** NAL unit types that this package handles (ITU-T H.264 table 7-1). */
export const NAL = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8 } as const;

/** Type of a NAL unit, from its first byte (ITU-T H.264 §7.3.1). */
export const nalType = (nal: Uint8Array): number => (nal[0] ?? 0) & 0x1f;

/** Returns true for a coded slice of a picture. */
export const isSlice = (nal: Uint8Array): boolean => {
  const type = nalType(nal);
  return type >= NAL.slice && type <= NAL.idr;
};

export const isParameterSet = (nal: Uint8Array): boolean =>
  nalType(nal) === NAL.sps || nalType(nal) === NAL.pps;
