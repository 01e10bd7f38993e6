/**
 * Says in the service's own log that this is not the build that it was deployed with at first: the word of the process
 * itself, and so evidence of a deployment. BUILD_ID tells one deployment from another.
 */
export function announce(build: string, told: Readonly<Record<string, unknown>>): void {
  const { NAME: service = '', BUILD_ID: id = '' } = process.env
  const line = { time: new Date().toISOString(), service, event: 'build', build, id, ...told }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** A number that a build is told by the environment. Throws where there is none, so that no build is bad by chance. */
export function told(name: string, max: number): number {
  const value = Number(process.env[name])
  if (value > 0 && value <= max) return value
  throw new Error(
    `${name} must be a number above 0, at most ${max}; it is ${process.env[name] ?? 'not there'}`,
  )
}
