/** The last lines of all services as one text, as it is kept of a run that is to be looked into. */
export function logText(logs: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(logs)
    .map(([service, lines]) => [`--- ${service}`, ...lines, ''].join('\n'))
    .join('\n')
}
