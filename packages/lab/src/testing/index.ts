/** For tests of what stands between a server and its users. */
export { holdTable, whyNoPacketFilter } from './nft.ts';
export { dropRate, dropRtp, type Fate, type PacketFilter, type PacketFilterOptions, type Truth } from './packet-filter.ts';
