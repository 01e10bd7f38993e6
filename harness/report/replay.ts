export interface Replayed {
  names: readonly string[]
  architectures: readonly string[]
  runtime: string
  seed: number
  twin?: boolean
  repeat?: number
  /** The file of a simulation's costs. */
  costs?: string | undefined
}

/** The one command that repeats a run: the same scenarios, architectures, runtime and seed. */
export function replayCommand({
  names,
  architectures,
  runtime,
  seed,
  twin,
  repeat = 1,
  costs,
}: Replayed): string {
  return [
    'npx firebreak run',
    ...names,
    `--architecture ${architectures.join(',')}`,
    `--runtime ${runtime}`,
    `--seed ${seed}`,
    ...(twin ? ['--twin'] : []),
    ...(costs === undefined ? [] : [`--costs ${costs}`]),
    ...(repeat > 1 ? [`--repeat ${repeat}`] : []),
  ].join(' ')
}
