import { BitWriter } from './bit-writer.ts';
import type { Structure } from './scalability.ts';

export interface Size {
  width: number;
  height: number;
}

const TARGET_CODES = '-DSR';
const LAYER_STEP = { same: 0, temporal: 1, spatial: 2, end: 3 } as const;

const writeStructure = (bits: BitWriter, structure: Structure, sizes: readonly Size[]): void => {
  const { templates, chainOfTarget } = structure;
  const targets = chainOfTarget.length;
  const chains = Math.max(...chainOfTarget) + 1;
  bits.write(0, 6); // template_id_offset
  bits.write(targets - 1, 5);
  for (const [index, { spatial, temporal }] of templates.entries()) {
    const next = templates[index + 1];
    if (next === undefined) bits.write(LAYER_STEP.end, 2);
    else if (next.spatial > spatial) bits.write(LAYER_STEP.spatial, 2);
    else bits.write(next.temporal > temporal ? LAYER_STEP.temporal : LAYER_STEP.same, 2);
  }
  for (const template of templates)
    for (const target of template.targets) bits.write(TARGET_CODES.indexOf(target), 2);
  for (const { frameDiffs } of templates) {
    for (const diff of frameDiffs) bits.write((1 << 4) | (diff - 1), 5);
    bits.write(0, 1);
  }
  bits.writeBelow(chains, targets + 1);
  for (const chain of chainOfTarget) bits.writeBelow(chain, chains);
  for (const { chainDiffs } of templates) for (const diff of chainDiffs) bits.write(diff, 4);
  bits.write(1, 1); // resolutions_present_flag
  for (const { width, height } of sizes) {
    bits.write(width - 1, 16);
    bits.write(height - 1, 16);
  }
};

/**
 * Encodes the descriptor of one packet (AV1 RTP specification, §A.8.2). The frame number is 0: the
 * sender numbers frames.
 * @param sizes sizes of the spatial layers, given with the first packet of a keyframe: the
 * structure is then attached
 */
export const dependencyDescriptor = (
  structure: Structure,
  packet: { template: number; starts: boolean; ends: boolean },
  sizes: readonly Size[] | null,
): Uint8Array => {
  const bits = new BitWriter();
  bits.write(packet.starts ? 1 : 0, 1);
  bits.write(packet.ends ? 1 : 0, 1);
  bits.write(packet.template, 6);
  bits.write(0, 16);
  if (sizes !== null) {
    bits.write(0b10000, 5); // the structure is present, nothing is custom
    writeStructure(bits, structure, sizes);
  }
  return bits.bytes();
};
