import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findBrowser } from '../../../harness/witness/find-browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'firebreak-browser-'))
afterAll(() => rmSync(folder, { recursive: true }))
const program = join(folder, 'chromium')
writeFileSync(program, '')
chmodSync(program, 0o755)
function programAt(...names: string[]): string {
  const path = join(folder, ...names)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '', { mode: 0o755 })
  return path
}

const noProgram = join(folder, 'notes.txt')
writeFileSync(noProgram, '', { mode: 0o644 })
const nowhere = { path: '', own: undefined }

test('takes the one that is named, and none other', () => {
  expect(findBrowser(program, nowhere)).toEqual({ ok: true, path: program })
  for (const wrong of [noProgram, join(folder, 'missing')])
    expect(findBrowser(wrong, { path: folder, own: program })).toEqual({
      ok: false,
      why: `FIREBREAK_BROWSER is "${wrong}", which is no program`,
    })
})

test('looks a name up in PATH', () => {
  expect(findBrowser('chromium', { path: folder, own: undefined })).toEqual({ ok: true, path: program })
  expect(findBrowser('firefox', { path: folder, own: program })).toMatchObject({ ok: false })
})

test('prefers a headless shell to the whole browser', () => {
  const own = programAt('own', 'chromium-7', 'chrome-linux64', 'chrome')
  expect(findBrowser('', { path: '', own })).toEqual({ ok: true, path: own })
  const ownShell = programAt('own', 'chromium_headless_shell-7', 'linux64', 'chrome-headless-shell')
  programAt('own', 'chromium_headless_shell-6', 'linux64', 'chrome-headless-shell')
  expect(findBrowser('', { path: folder, own })).toEqual({ ok: true, path: ownShell })

  const bin = join(folder, 'bin')
  programAt('bin', 'chromium')
  const shell = programAt('bin', 'chromium-headless-shell')
  expect(findBrowser('', { path: bin, own: undefined })).toEqual({ ok: true, path: shell })
})

test('takes no folder for a program', () => {
  expect(findBrowser(folder, nowhere)).toMatchObject({ ok: false })
})

test('goes without where it is told to', () => {
  expect(findBrowser('none', { path: folder, own: program })).toMatchObject({ ok: false })
})

test("takes Playwright's own if it is installed, else one of the system, else says what to do", () => {
  const path = ['/nowhere', folder].join(delimiter)
  expect(findBrowser('', { path: '', own: program })).toEqual({ ok: true, path: program })
  expect(findBrowser('', { path, own: join(folder, 'missing') })).toEqual({ ok: true, path: program })
  const found = findBrowser('', nowhere)
  // A Mac may have one in its usual place.
  if (!found.ok) expect(found.why).toContain('npx playwright install chromium')
})
