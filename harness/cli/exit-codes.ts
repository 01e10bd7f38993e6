/** What the commands exit with, beside 0: all held. */
export const exitCodes = { broke: 1, notProven: 2, harness: 3, usage: 64 } as const
