/** The apps around the shared auth: those that are shipped, and those that users add, which are plain data. */
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { type Surface, surfaces } from '../outcome/history.ts'

/** The shipped apps that share one auth. */
export const familyApps = [
  'feed',
  'messenger',
  'photos',
  'chat',
  'ads',
  'messenger-api',
  'business-api',
] as const

export const phoneChecks = ['introspection', 'signature', 'device'] as const

/** What an app of one's own is like. */
export interface AppDefinition {
  /** What people call it. Default: its name. */
  title?: string
  surfaces: readonly Surface[]
  /**
   * How it checks what its phones present: by asking auth every time, by the signature of an access token, or by a
   * credential of its own with a look at auth now and then. Default: `introspection`.
   */
  phone?: (typeof phoneChecks)[number]
  /** A few words under its name, before one signs in. */
  tagline?: string
  /** What its phones and the callers of its API get, as JSON. */
  content?: unknown
  /** Its users, on each surface; what is left out is as with the shipped app that is most like it. */
  users?: {
    /** How many have a session from before the run, 1 to 100. */
    residents?: number
    /** How often each of them comes, ms, at least 500. */
    browseEveryMs?: number
    /** People who sign in, look around and go again, per second, 5 at most. */
    newcomersPerSecond?: number
  }
}

/** What `app()` makes. */
export interface OwnApp extends AppDefinition {
  readonly name: string
  readonly title: string
}

const definitionSchema = z.strictObject({
  title: z.string().min(1).max(60).optional(),
  surfaces: z
    .array(z.enum(surfaces))
    .min(1)
    .refine(all => new Set(all).size === all.length, 'a surface stands twice'),
  phone: z.enum(phoneChecks).optional(),
  tagline: z.string().min(1).max(200).optional(),
  content: z.json().optional(),
  users: z
    .strictObject({
      residents: z.number().int().min(1).max(100).optional(),
      browseEveryMs: z.number().min(500).optional(),
      newcomersPerSecond: z.number().min(0).max(5).optional(),
    })
    .optional(),
})

/** An app of one's own. Throws UsageError listing what makes no sense in it. */
export function app(name: string, definition: AppDefinition): OwnApp {
  const parsed = definitionSchema.safeParse(definition)
  const problems = parsed.success ? [] : [z.prettifyError(parsed.error)]
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40)
    problems.push('its name must be of lower-case letters, digits and hyphens, 40 at most, as in "pay-api"')
  if (definition.phone !== undefined && definition.surfaces?.includes('mobile') === false)
    problems.push('phone: it has no surface "mobile"')
  if (problems.length > 0)
    throw new UsageError(`the app "${name}" does not make sense:\n${problems.join('\n')}`)
  return { ...definition, name, title: definition.title ?? name }
}

/** Whether `app()` can have made it. */
export function isOwnApp(value: unknown): value is OwnApp {
  const { name, title, surfaces: on } = (value ?? {}) as Partial<OwnApp>
  return typeof name === 'string' && typeof title === 'string' && Array.isArray(on)
}

const names: string[] = [...familyApps]
let own: readonly OwnApp[] = []

/** The name of every app around the shared auth. Users' own are in it, behind the others, once they are loaded. */
export const everyApp: readonly string[] = names

/**
 * Makes users' own apps known to this process, instead of those that were known before: before any stack, crowd or
 * scenario is made. Throws UsageError for a name that is taken; `taken` are those of services.
 */
export function defineApps(defined: readonly OwnApp[], taken: ReadonlySet<string> = new Set()): void {
  for (const [index, { name }] of defined.entries()) {
    if (taken.has(name)) throw new UsageError(`the app "${name}": a service of every stack has that name`)
    if (defined.findIndex(each => each.name === name) < index)
      throw new UsageError(`there are two apps "${name}"; give one another name`)
  }
  own = [...defined]
  names.splice(familyApps.length, names.length, ...defined.map(({ name }) => name))
}

/** Users' own apps, as far as they were loaded. The same list for as long as nothing changes. */
export function ownApps(): readonly OwnApp[] {
  return own
}
