import { type Message, type MessageType, ScalarType } from '@bufbuild/protobuf';
import fc from 'fast-check';

/** Largest depth; deeper messages are empty, because some types contain themselves. */
const MAX_DEPTH = 4;

const int32 = fc.oneof(fc.nat({ max: 3 }), fc.integer());
const uint32 = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 0xffff_ffff }));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.oneof(
  fc.constantFrom('', 'mic', 'TR_mic', 'PA_self', '__proto__', 'constructor', '{}', '0'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);

const SCALARS: Record<ScalarType, fc.Arbitrary<unknown>> = {
  [ScalarType.DOUBLE]: fc.double(),
  [ScalarType.FLOAT]: fc.float(),
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.BOOL]: fc.boolean(),
  [ScalarType.STRING]: text,
  [ScalarType.BYTES]: fc.uint8Array({ maxLength: 8 }),
};

/** Arbitrary message of a type, as its schema allows it and as it arrives: decoded from bytes. */
export const arbitraryMessage = <M extends Message<M>>(type: MessageType<M>): fc.Arbitrary<M> =>
  fieldsOf(type, 0).map((fields) =>
    type.fromBinary(new type(fields as ConstructorParameters<typeof type>[0]).toBinary()),
  );

const fieldsOf = (type: MessageType, depth: number): fc.Arbitrary<object> => {
  const plain = type.fields
    .list()
    .filter(({ oneof }) => oneof === undefined)
    .map((field): [string, fc.Arbitrary<unknown>] => [field.localName, valuesOf(field, depth)]);
  const choices = type.fields
    .byMember()
    .flatMap((member): [string, fc.Arbitrary<unknown>][] =>
      member.kind === 'oneof'
        ? [
            [
              member.localName,
              fc.oneof(
                ...member.fields.map((field) =>
                  valuesOf(field, depth).map((value) => ({ case: field.localName, value })),
                ),
              ),
            ],
          ]
        : [],
    );
  // A oneof is always set: a message without one would be empty.
  return fc.record(Object.fromEntries([...plain, ...choices]), {
    requiredKeys: choices.map(([name]) => name),
  });
};

type Field = ReturnType<MessageType['fields']['list']>[number];

const valuesOf = (field: Field, depth: number): fc.Arbitrary<unknown> => {
  if (field.kind === 'map')
    return fc.dictionary(
      // A map of this library is an object, which cannot have the key `__proto__`.
      field.K === ScalarType.STRING
        ? text.filter((key) => key !== '__proto__')
        : uint32.map(String),
      one(field.V, depth),
      { maxKeys: 2, noNullPrototype: true },
    );
  const single = one(field, depth);
  return field.repeated ? fc.array(single, { maxLength: 3 }) : single;
};

const one = (
  of: Pick<Field, 'kind'> & { T: ScalarType | MessageType | { values: readonly { no: number }[] } },
  depth: number,
): fc.Arbitrary<unknown> => {
  if (of.kind === 'scalar') return SCALARS[of.T as ScalarType];
  if (of.kind === 'message')
    return depth >= MAX_DEPTH ? fc.constant({}) : fieldsOf(of.T as MessageType, depth + 1);
  const { values } = of.T as { values: readonly { no: number }[] };
  // A newer server may send values that this version does not know.
  return fc.constantFrom(...values.map(({ no }) => no), 9_999);
};
