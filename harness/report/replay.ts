export interface Replayed {
  names: readonly string[]
  architectures: readonly string[]
  runtime: string
  seed: number
  twin?: boolean
  repeat?: number
}

/** The one command that repeats a run: the same scenarios, architectures, runtime and seed. */
export function replayCommand({ names, architectures, runtime, seed, twin, repeat = 1 }: Replayed): string {
  return [
    'npx firebreak run',
    ...names,
    `--architecture ${architectures.join(',')}`,
    `--runtime ${runtime}`,
    `--seed ${seed}`,
    ...(twin ? ['--twin'] : []),
    ...(repeat > 1 ? [`--repeat ${repeat}`] : []),
  ].join(' ')
}
