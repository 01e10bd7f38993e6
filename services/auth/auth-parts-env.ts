import { z } from 'zod'
import { cacheKinds } from './session-cache.ts'

/** What the environment says of an auth's parts (auth-parts.ts). Their services are among its links. */
export const authPartsEnv = z.object({
  /** Sessions are cached in the services `session-cache…`. */
  CACHE: z.enum(cacheKinds).optional(),
  /** Which kinds of credential count is a setting in the store. */
  SETTINGS: z.enum(['cached']).optional(),
})
export type AuthPartsEnv = z.output<typeof authPartsEnv>

/** Whether a stack has any of them. */
export function hasAuthParts({ CACHE, SETTINGS, LINKS }: AuthPartsEnv & { LINKS: object }): boolean {
  return (
    CACHE !== undefined || SETTINGS !== undefined || Object.keys(LINKS).some(name => name.startsWith('audit'))
  )
}
