/**
 * How fast and how exact the fault proxy is, beside a direct connection and, where TOXIPROXY_BIN names its program,
 * the real Toxiproxy. Everything runs on this machine, each proxy and each end of the connections in a process of its
 * own. The subjects take turns, so that a slow moment of the machine hits all; of several rounds the median counts.
 *
 *   npm run bench -- proxy [--quick] [--only PART]… [--json FILE]
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { UsageError } from '../../../harness/errors.ts'
import { Children } from './children.ts'
import { type Options, parseOptions, partNames } from './options.ts'
import { type Figures, merge, parts } from './parts.ts'
import { type SubjectName, startSubject } from './subjects.ts'
import { type Results, tableOf } from './table.ts'

/** Throws UsageError. */
export async function benchProxy(args: readonly string[]): Promise<void> {
  if (process.platform !== 'linux') throw new UsageError('bench proxy: it reads /proc, which only Linux has')
  const options = parseOptions(args, process.env)
  const began = performance.now()
  await using children = new Children()
  const results = await measureAll(options, children)
  const seconds = Math.round((performance.now() - began) / 1_000)
  console.log(tableOf(results))
  console.log(`Node ${process.versions.node}, ${availableParallelism()} cores, ${seconds} s`)
  if (options.json !== undefined) {
    const about = {
      node: process.versions.node,
      cores: availableParallelism(),
      seconds,
      quick: options.quick,
    }
    writeFileSync(options.json, `${JSON.stringify({ ...about, results }, undefined, 2)}\n`)
  }
}

async function measureAll(options: Options, children: Children): Promise<Results> {
  const { quick, only, toxiproxy } = options
  const names: SubjectName[] = ['direct', 'firebreak', ...(toxiproxy ? (['toxiproxy'] as const) : [])]
  const world = { near: children.end('near-end.ts'), far: children.end('far-end.ts'), quick }
  const far = await world.far.ask('ports')
  const start = (name: SubjectName) => startSubject(name, far, { children, toxiproxy })
  const standing = await Promise.all(names.map(start))
  const results: Results = Object.fromEntries(names.map(name => [name, {}]))
  for (const part of partNames) {
    if (only.length > 0 && !only.includes(part)) continue
    const { rounds, fresh = false, measure } = parts[part]
    const found = new Map<SubjectName, Figures[]>(names.map(name => [name, []]))
    for (let round = 1; round <= (quick ? 1 : rounds); round += 1) {
      for (const known of standing) {
        process.stderr.write(`${part}, round ${round}, ${known.name}\n`)
        const subject = fresh && known.proxy !== undefined ? await start(known.name) : known
        found.get(known.name)?.push(await measure(subject, world))
        if (subject !== known) await subject.proxy?.end()
      }
    }
    for (const name of names) Object.assign(results[name] ?? {}, merge(found.get(name) ?? []))
  }
  return results
}
