/** The id and the name of the one profile of all scenarios. */
export const PROFILE_ID = 'bench';
