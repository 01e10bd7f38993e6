import type { History } from '../outcome/history.ts'
import type { User } from './user.ts'

/** How many of them hold a credential, by app and surface; also where nobody does. */
export function countAlive(users: readonly Pick<User, 'client' | 'who'>[]): History['alive'] {
  const counts = new Map<string, History['alive'][number]>()
  for (const { client, who } of users) {
    const key = `${who.app} ${who.surface}`
    const entry = counts.get(key) ?? { app: who.app, surface: who.surface, count: 0 }
    counts.set(key, { ...entry, count: entry.count + (client.signedIn ? 1 : 0) })
  }
  return [...counts.values()]
}
