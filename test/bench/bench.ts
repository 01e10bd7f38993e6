/**
 * The benchmarks: `npm run bench -- <which> …`. Each of them says in its own file what it takes.
 * Exit code 64: wrong usage; 3: it could not be run.
 */
import { messageOf, UsageError } from '../../harness/errors.ts'

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  boot: async args => (await import('./boot.ts')).benchBoot(args),
  crowd: async args => (await import('./crowd/bench-crowd.ts')).benchCrowd(args),
  planted: async args => (await import('./planted.ts')).benchPlanted(args),
  proxy: async args => (await import('./proxy/bench-proxy.ts')).benchProxy(args),
  suite: async args => (await import('./suite.ts')).benchSuite(args),
}

async function main([which, ...args]: readonly string[]): Promise<void> {
  const bench = Object.hasOwn(benches, which ?? '') ? benches[which ?? ''] : undefined
  if (bench === undefined) {
    const known = Object.keys(benches).join(', ')
    const asked = which === undefined ? 'no benchmark was named' : `there is no benchmark "${which}"`
    throw new UsageError(`${asked}; there are: ${known}. Try: npm run bench -- proxy`)
  }
  await bench(args)
}

main(process.argv.slice(2)).catch(error => {
  console.error(error instanceof UsageError ? error.message : error)
  if (!(error instanceof UsageError)) console.error(`the benchmark failed: ${messageOf(error)}`)
  process.exitCode = error instanceof UsageError ? 64 : 3
})
