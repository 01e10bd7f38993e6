import { exitCodeOf } from '../outcome/verdict.ts'

/** What the commands exit with where no verdict says it. */
export const exitCodes = { harness: exitCodeOf(['error']), usage: 64 } as const
