/**
 * `npm run bench planted`: effects of known size, planted in a stub of a stack, and what the measurement makes of them.
 * About half a minute. Exit code 1 if one is beyond the error that is stated for it.
 */
import { UsageError } from '../../harness/errors.ts'
import {
  closedLoopSlowShare,
  lateRecovery,
  type Row,
  severalAtOnce,
  trueSlowShare,
} from '../planted/effects.ts'

export async function benchPlanted(args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new UsageError(`planted takes no arguments; it was given: ${args.join(' ')}`)
  const rows = [...(await severalAtOnce()), ...(await lateRecovery())]
  print(['effect', 'unit', 'truth', 'reported', 'error', 'stated'])
  for (const { effect, unit, truth, reported, errorMax } of rows)
    print([effect, unit, ...[truth, reported, reported - truth, errorMax].map(number)])
  const closed = await closedLoopSlowShare()
  console.log(
    `\nof the same pause a closed loop reports ${number(closed)} instead of ${number(trueSlowShare)}: coordinated omission`,
  )
  if (rows.some(isBeyond)) process.exitCode = 1
}

function isBeyond({ truth, reported, errorMax }: Row): boolean {
  return !(Math.abs(reported - truth) <= errorMax + 1e-9)
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3)
}

function print([effect = '', unit = '', ...numbers]: readonly string[]): void {
  console.log(`${effect.padEnd(38)}${unit.padEnd(15)}${numbers.map(each => each.padStart(10)).join('')}`)
}
