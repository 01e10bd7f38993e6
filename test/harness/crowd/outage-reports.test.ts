import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { HttpClient } from '../../../harness/crowd/http.ts'
import { OutageReports } from '../../../harness/crowd/outage-reports.ts'
import type { Who } from '../../../harness/crowd/recorder.ts'
import { startApp } from './support.ts'

const ann: Who = { app: 'feed', surface: 'web', region: 'us', user: 'ann' }
/** The shortest patience. */
const atOnce = () => 0

async function startStatus(status = 202) {
  const app = new Hono()
  const posted: unknown[] = []
  app.post('/reports', async context => {
    posted.push(await context.req.json())
    return context.json({}, status as 202)
  })
  const site = await startApp(app)
  const http = new HttpClient({ deadlineMs: 2_000 })
  const end = new AbortController()
  const left: string[] = []
  const reports = new OutageReports({
    http,
    statusDoor: site.door,
    now: () => 7,
    ended: end.signal,
    leave: ({ user }) => left.push(user),
  })
  return {
    reports,
    posted,
    left,
    http,
    end: () => end.abort(),
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]()
      await site[Symbol.asyncDispose]()
    },
  }
}

describe.concurrent('people who fail', () => {
  test.each([
    ['signed-out', 'signed-out'],
    ['refused', 'cannot-sign-in'],
    ['timeout', 'not-loading'],
  ] as const)('report it once when it goes on: %s as %s', async (result, kind) => {
    await using status = await startStatus()
    for (let times = 0; times < 3; times += 1) status.reports.note(ann, result, atOnce)
    await status.reports.settled()
    status.reports.note(ann, result, atOnce)
    await status.reports.settled()
    expect(status.posted).toEqual([{ app: 'feed', surface: 'web', region: 'us', kind, reporter: 'ann' }])
    expect(status.reports.reports).toEqual([
      { at: 7, app: 'feed', surface: 'web', region: 'us', kind, counted: true },
    ])
  })

  test('do not when it went by before they did, and notice anew', async () => {
    await using status = await startStatus()
    status.reports.note(ann, 'error', atOnce)
    status.reports.note(ann, 'served', atOnce)
    await status.reports.settled()
    expect(status.posted).toEqual([])
    status.reports.note(ann, 'error', atOnce)
    await status.reports.settled()
    expect(status.posted).toHaveLength(1)
  })

  test('do not who are served', async () => {
    await using status = await startStatus()
    status.reports.note(ann, 'served', atOnce)
    status.reports.note(ann, 'degraded', atOnce)
    await status.reports.settled()
    expect(status.posted).toEqual([])
  })

  test('leave for the competitor, one in four of those who report', async () => {
    await using status = await startStatus()
    for (let number = 0; number < 9; number += 1)
      status.reports.note({ ...ann, user: `user-${number}` }, 'error', atOnce)
    await status.reports.settled()
    expect(status.posted).toHaveLength(9)
    expect(status.left).toHaveLength(2)
  })

  test('are not counted where the status page does not take it', async () => {
    await using status = await startStatus(429)
    status.reports.note(ann, 'error', atOnce)
    await status.reports.settled()
    expect(status.reports.reports).toMatchObject([{ counted: false }])
  })

  test('say nothing any more when the run is over', async () => {
    await using status = await startStatus()
    status.reports.note(ann, 'error', () => 1)
    status.end()
    await status.reports.settled()
    await sleep(50)
    expect(status.posted).toEqual([])
  })

  test('have nobody to tell without a status page', async () => {
    await using status = await startStatus()
    const { signal } = new AbortController()
    const none = { http: status.http, statusDoor: undefined, now: () => 0, ended: signal, leave: () => {} }
    const reports = new OutageReports(none)
    reports.note(ann, 'error', atOnce)
    await reports.settled()
    expect(reports.reports).toEqual([])
  })
})
