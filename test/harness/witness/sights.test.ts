import { expect, test } from 'vitest'
import { type PageFacts, type Sight, sightOf } from '../../../harness/witness/sights.ts'

const plain: PageFacts = { notice: null, told: '', asksForPassword: false, canSignOut: false, isBlank: false }

test.each<[string, Partial<PageFacts> | undefined, Sight]>([
  ['no page', undefined, 'nothing'],
  ['a page with nothing that is known', {}, 'error-page'],
  ['a page with nothing on it', { isBlank: true }, 'nothing'],
  ['a form with a word of which nobody knows', { asksForPassword: true, notice: 'be-nice' }, 'signed-out'],
  ['a home page', { canSignOut: true }, 'signed-in'],
  ['a home page that is read-only', { canSignOut: true, notice: 'read-only' }, 'degraded'],
  ['a sign-in form', { asksForPassword: true }, 'signed-out'],
  [
    'one that says that the session has expired',
    { asksForPassword: true, notice: 'session-expired' },
    'signed-out',
  ],
  [
    'one that says that the password is wrong',
    { asksForPassword: true, notice: 'wrong-password' },
    'wrong-password',
  ],
  ['one that asks to come back', { asksForPassword: true, notice: 'try-later' }, 'try-later'],
  ['a place in line', { asksForPassword: true, notice: 'queued' }, 'try-later'],
  ['a page that asks to come back', { canSignOut: true, notice: 'try-later' }, 'try-later'],
  ['a page that says that something went wrong', { canSignOut: true, notice: 'error' }, 'error-page'],
])('%s', (_, facts, sight) => {
  expect(sightOf(facts && { ...plain, ...facts })).toBe(sight)
})
