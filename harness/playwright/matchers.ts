/** Playwright's expect, and with it what can be expected of an outcome. Failures name the segments, with numbers. */
import { type Expect, expect as playwrightExpect } from '@playwright/test'
import { toRecover } from './matchers/recovery.ts'
import { toHarm, toIsolate, toKeepServing, toLeaveUnharmed } from './matchers/serving.ts'
import { toKeepEveryoneSignedIn, toServeNoDeadSession, toSignOut } from './matchers/sessions.ts'
import { toRefuseSignIns } from './matchers/sign-ins.ts'

/** For `expect.extend`, of Playwright and of others with the same form. */
export const outcomeMatchers = {
  toKeepEveryoneSignedIn,
  toSignOut,
  toServeNoDeadSession,
  toIsolate,
  toKeepServing,
  toHarm,
  toLeaveUnharmed,
  toRefuseSignIns,
  toRecover,
}

/** The matchers appear on an outcome, and on nothing else. */
export type OutcomeExpect = Expect<typeof outcomeMatchers>

export const expect: OutcomeExpect = playwrightExpect.extend(outcomeMatchers)
