/** Changing and comparing JSON values. All of it is safe for a value of a megabyte from a hostile hand. */
import { isDeepStrictEqual } from 'node:util'

/** Changes a value as RFC 7396 (JSON Merge Patch) says. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else Object.defineProperty(result, key, { value: mergePatch(result[key], value), ...plain })
  }
  return result
}

/** One step of a JSON Patch (RFC 6902); `path` is a JSON Pointer (RFC 6901). */
export type PatchStep =
  | { op: 'add' | 'replace'; path: string; value: unknown }
  | { op: 'remove'; path: string }

/** What turns one value into the other. Goes into objects; an array that differs is replaced as a whole. */
export function difference(from: unknown, to: unknown, path = ''): PatchStep[] {
  if (isDeepStrictEqual(from, to)) return []
  if (!isObject(from) || !isObject(to)) return [{ op: 'replace', path, value: to }]
  const pointer = (key: string) => `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const removed = Object.keys(from).filter(key => !Object.hasOwn(to, key))
  return [
    ...removed.map((key): PatchStep => ({ op: 'remove', path: pointer(key) })),
    ...Object.entries(to).flatMap(([key, value]): PatchStep[] =>
      Object.hasOwn(from, key)
        ? difference(from[key], value, pointer(key))
        : [{ op: 'add', path: pointer(key), value }],
    ),
  ]
}

/** Whether objects and arrays are nested more than so deep. Does not recurse, since that is what it guards. */
export function isDeeperThan(value: unknown, levelsMax: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levelsMax) return true
    level = level.flatMap(item => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  return false
}

// Defined, not assigned: a key named __proto__ must become a key.
const plain = { enumerable: true, configurable: true, writable: true }

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
