/**
 * Content that differs from user to user, is the same for a user each time, and costs nothing: a user name stands for
 * one of a few variants, and what a variant looks like is built once.
 */
export const variantCount = 24

/** FNV-1a with the finish of MurmurHash3, so that names that differ in one digit lie far apart. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** A function of the user name that calls `build` once a variant (0 to variantCount - 1) at most. */
export function perVariant<T>(build: (variant: number) => T): (username: string) => T {
  const built = new Map<number, T>()
  return username => {
    const variant = hashOf(username) % variantCount
    const known = built.get(variant)
    if (known !== undefined) return known
    const value = build(variant)
    built.set(variant, value)
    return value
  }
}

export type Pool<T> = readonly [T, ...T[]]

/** The entry at an index, round and round. */
export function at<T>(pool: Pool<T>, index: number): T {
  return pool[index % pool.length] ?? pool[0]
}

/** `count` entries of a pool, from a place that depends on the variant. */
export function some<T>(pool: Pool<T>, variant: number, count: number): T[] {
  return Array.from({ length: count }, (_, index) => at(pool, variant * 5 + index))
}

/** A whole number from `from` to `to` that depends on nothing but what it is named. */
export function numberOf(name: string, from: number, to: number): number {
  return from + (hashOf(name) % (to - from + 1))
}
