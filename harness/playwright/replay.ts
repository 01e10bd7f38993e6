import type { Settings } from './settings.ts'

/** The one command that repeats a run: the same scenarios, architectures, runtime and seed. */
export function replayCommand(
  { names, architectures }: { names: readonly string[]; architectures: readonly string[] },
  settings: Settings,
): string {
  const runtime = settings.FIREBREAK_RUNTIME_CHOSEN ?? settings.FIREBREAK_RUNTIME
  return [
    'npx firebreak run',
    ...names,
    `--architecture ${architectures.join(',')}`,
    `--runtime ${process.env.FIREBREAK_RUNTIME_CHOSEN ?? runtime}`,
    `--seed ${settings.FIREBREAK_SEED}`,
    ...(settings.FIREBREAK_TWIN === '1' ? ['--twin'] : []),
  ].join(' ')
}
