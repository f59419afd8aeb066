import { testLayeredCodec } from './support/layered-codec.ts';

testLayeredCodec({ codec: 'av1', lookMs: 2_000 });
