/** Roles of a drill's people, as its record names them. */

/** Those whose recovery is measured. They speak, and hear each other. */
export const CROWD_ROLE = 'participant';

/** Those who come while it goes on, listen for a moment, and go. */
export const NEWCOMER_ROLE = 'newcomer';
