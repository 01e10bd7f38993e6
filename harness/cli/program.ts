/** The commands, as commander has them. */
import { Command } from 'commander'

/** Each in a module of its own, loaded when it is asked for: all of them together take longer to load than most to do. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  run: async () => (await import('./run.ts')).addRun,
  up: async () => (await import('./up.ts')).addUp,
  noise: async () => (await import('./noise.ts')).addNoise,
  sensitivity: async () => (await import('./sensitivity.ts')).addSensitivity,
  explore: async () => (await import('./explore.ts')).addExplore,
  calibrate: async () => (await import('./calibrate.ts')).addCalibrate,
  new: async () => (await import('./new.ts')).addNew,
  list: async () => (await import('./list.ts')).addList,
  report: async () => (await import('./report.ts')).addReport,
  explain: async () => (await import('./explain.ts')).addExplain,
  compare: async () => (await import('./compare.ts')).addCompare,
  merge: async () => (await import('./merge.ts')).addMerge,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
}

/** `wanted`: the command that was asked for; where it is none, all are there to choose from. */
export async function createProgram(wanted?: string): Promise<Command> {
  const program = new Command('firebreak')
    .description('Reproduces the outage that logs everyone out, and measures who falls.')
    .showHelpAfterError()
    .exitOverride()
  const only = wanted === undefined ? undefined : commands[wanted]
  for (const load of only ? [only] : Object.values(commands)) (await load())(program)
  return program
}
