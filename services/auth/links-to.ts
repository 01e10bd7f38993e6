/**
 * Base address of each instance of a service that auth is linked to, by its role: in a cell an instance's name ends with the
 * cell's.
 */
export function linksTo(
  service: string,
  { LINKS: links, CELL: cell }: { LINKS: Readonly<Record<string, string>>; CELL?: string | undefined },
): Record<string, string> {
  const suffix = cell === undefined ? '' : `-${cell}`
  const roleOf = (name: string) => (name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name)
  return Object.fromEntries(
    Object.entries(links)
      .filter(([name]) => name.startsWith(service))
      .map(([name, url]) => [roleOf(name), url]),
  )
}
