/**
 * Finds a browser to look with: Playwright's own Chromium if it is installed, else a Chrome or Chromium of the system. A
 * headless shell comes first: it draws the same pages for less than half of the processor time.
 */
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { chromium } from '@playwright/test'

export type FoundBrowser = { ok: true; path: string } | { ok: false; why: string }

const names = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'msedge',
]
/** Where they are put without being in PATH. */
const places: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: ['/opt/google/chrome/chrome', '/snap/bin/chromium'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
}

/** `wanted`: the variable FIREBREAK_BROWSER: a path, a name to be looked up in PATH, or `none` to go without. */
export function findBrowser(
  wanted = process.env.FIREBREAK_BROWSER,
  { path = process.env.PATH ?? '', own = ownPath() }: { path?: string; own?: string | undefined } = {},
): FoundBrowser {
  if (wanted === 'none') return { ok: false, why: 'FIREBREAK_BROWSER is "none"' }
  const folders = path.split(delimiter).filter(folder => folder !== '')
  const inPath = (name: string) => folders.map(folder => join(folder, name))
  if (wanted) {
    const named = (wanted.includes('/') ? [wanted] : inPath(wanted)).find(isProgram)
    return named === undefined
      ? { ok: false, why: `FIREBREAK_BROWSER is "${wanted}", which is no program` }
      : { ok: true, path: named }
  }
  const usual = [...names.flatMap(inPath), ...(places[process.platform] ?? [])]
  const found = [...(own === undefined ? [] : [...shellsBeside(own), own]), ...usual].find(isProgram)
  return found === undefined
    ? {
        ok: false,
        why: 'there is no Chromium or Chrome here; `npx playwright install chromium` brings one, FIREBREAK_BROWSER names one',
      }
    : { ok: true, path: found }
}

/** Playwright keeps `chromium-1/<platform>/chrome` and `chromium_headless_shell-1/<platform>/<shell>` side by side. */
function shellsBeside(own: string): string[] {
  const full = dirname(dirname(own))
  const build = full.replace(/chromium-(\d+)$/, 'chromium_headless_shell-$1')
  if (build === full) return []
  const suffix = process.platform === 'win32' ? '.exe' : ''
  try {
    return readdirSync(build).flatMap(platform =>
      ['chrome-headless-shell', 'headless_shell'].map(shell => join(build, platform, `${shell}${suffix}`)),
    )
  } catch {
    return []
  }
}

function ownPath(): string | undefined {
  try {
    return chromium.executablePath()
  } catch {
    // Playwright does not know this system.
    return undefined
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
