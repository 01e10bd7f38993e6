import { parseArgs } from 'node:util'
import { messageOf, UsageError } from '../../../harness/errors.ts'

export interface Options {
  /** A shorter run: one round, short windows. */
  quick: boolean
  /** Where to write the figures as JSON. */
  json: string | undefined
  /** Which parts to run; all if none is named. */
  only: readonly string[]
  /** A Toxiproxy server's program, to be measured alongside. */
  toxiproxy: string | undefined
}

export const partNames = ['throughput', 'requests', 'latency', 'bandwidth', 'effect', 'memory'] as const

/** Throws UsageError. */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const { quick = false, json, only = [] } = parsed(args)
  const unknown = only.find(part => !partNames.some(name => name === part))
  if (unknown !== undefined) {
    throw new UsageError(`--only: there is no part "${unknown}"; there are: ${partNames.join(', ')}`)
  }
  return { quick, json, only, toxiproxy: env.TOXIPROXY_BIN || undefined }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        json: { type: 'string' },
        only: { type: 'string', multiple: true },
      },
    }).values
  } catch (error) {
    throw new UsageError(`bench proxy: ${messageOf(error)}. It takes --quick, --json FILE, --only PART`)
  }
}
