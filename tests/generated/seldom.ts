/** Functions that a random query cannot call twenty times in a long run, with the reason. */
export const seldom: Readonly<Record<string, string>> = {};
