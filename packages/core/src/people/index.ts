export * from './people.ts';
export { type Episode, type Person, type RoomStanding, suffered } from './person.ts';
