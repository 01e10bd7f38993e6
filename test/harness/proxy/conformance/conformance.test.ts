/**
 * What Toxiproxy 2.12 answers and does, held against our own server or, if FIREBREAK_CONFORMANCE_URL names its API,
 * against any other on this machine. That one should have nothing else to do: the cases reset it.
 */
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { runCase } from './cases.ts'
import { change } from './change.ts'
import { create } from './create.ts'
import { differences } from './differences.ts'
import { effects } from './effects.ts'
import { populate } from './populate.ts'
import { routing } from './routing.ts'
import { openTarget } from './target.ts'
import { toxicTypes } from './toxic-types.ts'
import { toxics } from './toxics.ts'

const url = process.env.FIREBREAK_CONFORMANCE_URL || undefined
const target = await openTarget(url)
const cases = [...routing, ...create, ...change, ...populate, ...toxics, ...toxicTypes]
const all = [...cases, ...effects]
const left = url === undefined ? [] : all.filter(({ differs }) => differs !== undefined)
const name = url ?? 'our own server'

beforeEach(() => target.next())
afterAll(async () => {
  await target.next()
  await target[Symbol.asyncDispose]()
  process.stdout.write(
    `${all.length - left.length} conformance cases against ${name}, ${left.length} left out\n`,
  )
})

describe(`the API of ${name}`, () => {
  for (const one of cases) {
    test.skipIf(left.includes(one))(one.title, () => runCase(one, target))
  }
})

describe(`toxics of ${name}`, () => {
  for (const one of effects) {
    test.skipIf(left.includes(one))(one.title, () => one.run(target))
  }
})

test('no two cases have the same title, and every difference has a case', () => {
  const titles = all.map(({ title }) => title)
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
  const used = new Set(all.flatMap(({ differs }) => differs ?? []))
  expect(Object.keys(differences).filter(id => !used.has(id as keyof typeof differences))).toEqual([])
})
