/**
 * Messages of Go's CPU profiles, as far as they are read here (google/pprof, `profile.proto`).
 * Strings are indices of `stringTable`.
 */
import { type Message, proto3, ScalarType } from '@bufbuild/protobuf';

interface ValueType extends Message<ValueType> {
  type: bigint;
  unit: bigint;
}

interface Sample extends Message<Sample> {
  /** Called functions first. */
  locationId: bigint[];
  /** One value for each type of the profile. */
  value: bigint[];
}

interface Line extends Message<Line> {
  functionId: bigint;
}

interface Location extends Message<Location> {
  id: bigint;
  /** Several where functions were inlined, the called one first. */
  line: Line[];
}

interface ProfiledFunction extends Message<ProfiledFunction> {
  id: bigint;
  name: bigint;
}

export interface Profile extends Message<Profile> {
  sampleType: ValueType[];
  sample: Sample[];
  location: Location[];
  function: ProfiledFunction[];
  stringTable: string[];
  durationNanos: bigint;
}

const integer = (no: number, name: string) =>
  ({ no, name, kind: 'scalar', T: ScalarType.INT64 }) as const;
const id = (no: number, name: string) =>
  ({ no, name, kind: 'scalar', T: ScalarType.UINT64 }) as const;

const valueType = proto3.makeMessageType<ValueType>('perftools.profiles.ValueType', () => [
  integer(1, 'type'),
  integer(2, 'unit'),
]);

const sample = proto3.makeMessageType<Sample>('perftools.profiles.Sample', () => [
  { ...id(1, 'location_id'), repeated: true },
  { ...integer(2, 'value'), repeated: true },
]);

const line = proto3.makeMessageType<Line>('perftools.profiles.Line', () => [id(1, 'function_id')]);

const location = proto3.makeMessageType<Location>('perftools.profiles.Location', () => [
  id(1, 'id'),
  { no: 4, name: 'line', kind: 'message', T: line, repeated: true },
]);

const profiledFunction = proto3.makeMessageType<ProfiledFunction>(
  'perftools.profiles.Function',
  () => [id(1, 'id'), integer(2, 'name')],
);

export const profileMessage = proto3.makeMessageType<Profile>('perftools.profiles.Profile', () => [
  { no: 1, name: 'sample_type', kind: 'message', T: valueType, repeated: true },
  { no: 2, name: 'sample', kind: 'message', T: sample, repeated: true },
  { no: 4, name: 'location', kind: 'message', T: location, repeated: true },
  { no: 5, name: 'function', kind: 'message', T: profiledFunction, repeated: true },
  { no: 6, name: 'string_table', kind: 'scalar', T: ScalarType.STRING, repeated: true },
  integer(10, 'duration_nanos'),
]);
