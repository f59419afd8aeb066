import { testLayeredCodec } from './support/layered-codec.ts';

testLayeredCodec({ codec: 'vp9', lookMs: 1_000 });
