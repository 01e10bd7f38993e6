/** Names and numbers as people say them. */

export const regionNames: Readonly<Record<string, string>> = {
  us: 'United States',
  eu: 'Europe',
  asia: 'Asia',
  me: 'Middle East',
}

const kinds: Readonly<Record<string, string>> = {
  'cannot-sign-in': 'cannot sign in',
  'signed-out': 'was signed out',
  'not-loading': 'does not load',
  other: 'something else',
}

export function kindWords(kind: string): string {
  return kinds[kind] ?? kind
}

const surfaceNames: Readonly<Record<string, string>> = { web: 'Web', mobile: 'Phone app', api: 'API' }

export function surfaceWords(surface: string): string {
  return surfaceNames[surface] ?? surface
}

/** Time of day, UTC: `10:12:05`. */
export function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19)
}

/** The two largest units: `34 s`, `2 min 5 s`, `3 h 10 min`. */
export function durationWords(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
