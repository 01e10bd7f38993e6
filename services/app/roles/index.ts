import type { Role } from '../role.ts'
import { feed } from './feed.ts'
import { rival } from './rival.ts'

/** Every role that the app program can play. */
export const roles: Readonly<Record<string, Role>> = { feed, rival }
