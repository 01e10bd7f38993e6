import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunResult } from '../../../../harness/outcome/results.ts'
import { reportOf } from '../../../../harness/report/html/document.ts'
import { scriptJson } from '../../../../harness/report/html/markup.ts'
import { picturesOf } from '../../../../harness/report/html/pictures.ts'
import { aRun, someResults } from '../runs.ts'

const evil = '</script><img src=x onerror=alert(1)>&"\'<!--'

describe('the report', () => {
  test('has every run and every scenario, each once', async () => {
    const runs = ['shared-fate', 'hardened'].map(architecture => aRun({ architecture }))
    const page = await reportOf(someResults(runs))
    for (const name of ['wrong-issuer', 'wrong-issuer/shared-fate', 'wrong-issuer/hardened'])
      expect(page.split(`<template data-name="${name}">`)).toHaveLength(2)
  })

  test('needs nobody: names nothing outside itself', async () => {
    const page = await reportOf(someResults())
    const outside = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target = '']) => target)
    expect(outside.filter(target => !/^(#|data:)/.test(target))).toEqual([])
    expect(page).toContain("default-src 'none'")
  })

  test('escapes whatever it is given', async () => {
    const run = aRun({ title: evil, verdict: 'broke' })
    const poisoned: RunResult = {
      ...run,
      reasons: [evil],
      evidence: [{ fault: evil, target: evil, witness: evil, observed: evil }],
      about: { ...(run.about as NonNullable<RunResult['about']>), title: evil, story: evil, source: evil },
      diagnosis: {
        overall: { diagnosis: evil, evidence: evil, tookMs: 1 },
        score: { right: false, expected: [evil] },
      },
      fidelity: [{ fact: evil, observed: 1, atLeast: 1, reproduced: true }],
    }
    const page = await reportOf(someResults([poisoned, { ...poisoned, scenario: 'x-y', architecture: 'a' }]))
    expect(page).not.toContain('<img src=x')
    expect(page).not.toContain('</script><img')
    // Its own scripts, and no more: the data, the charts, the page.
    expect(page.split('</script>')).toHaveLength(4)
  })

  test('can be made of what the first releases wrote', async () => {
    const { about: _, series: __, faults: ___, mitigations: ____, ...old } = aRun()
    expect(await reportOf(someResults([old as RunResult]))).toContain('wrong-issuer')
    const { outcome: _____, ...failed } = aRun({ verdict: 'error' })
    expect(await reportOf(someResults([failed as RunResult]))).toContain('Nothing was measured')
  })

  test('of a hundred runs weighs less than 10 MB', async () => {
    const runs = Array.from({ length: 35 }, (_, n) =>
      ['shared-fate', 'hardened', 'cellular'].map(architecture =>
        aRun({ scenario: `scenario-${n}`, architecture, seconds: 27 }),
      ),
    ).flat()
    expect((await reportOf(someResults(runs))).length).toBeLessThan(10 * 1024 * 1024)
  })
})

describe('the pictures', () => {
  test('come in while there is room, those of the worst run first, and only from its own folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'firebreak-pictures-'))
    try {
      for (const name of ['feed-during.jpg', 'feed-after.jpg'])
        writeFileSync(join(folder, name), Buffer.alloc(900))
      const seen = (screenshot: string, moment: string) => ({
        app: 'feed',
        moment,
        step: 'look',
        sees: 'signed-in',
        screenshot,
      })
      const witness = {
        folder,
        observations: [
          seen('feed-during.jpg', 'during'),
          seen('feed-after.jpg', 'after'),
          seen('../../secret.jpg', 'before'),
        ],
      }
      const [bad, good] = [
        { ...aRun({ isolation: 0.1 }), witness },
        { ...aRun({ scenario: 'calm', isolation: 1 }), witness },
      ] as [RunResult, RunResult]
      const pictures = picturesOf([good, bad], 2_500)
      expect(Object.keys(pictures.data)).toEqual([
        'wrong-issuer/shared-fate/feed-during.jpg',
        'wrong-issuer/shared-fate/feed-after.jpg',
      ])
      expect(pictures.leftOut).toBe(2)
      expect(pictures.keyOf(good, 'feed-during.jpg')).toBeUndefined()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

test('JSON in a script cannot end it', () => {
  const text = scriptJson({ evil, line: '\u2028' })
  expect(text).not.toMatch(/[<>\u2028]/)
  expect(JSON.parse(text)).toEqual({ evil, line: '\u2028' })
})
