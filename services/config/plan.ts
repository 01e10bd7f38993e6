/** Who takes a new version when. */
export interface KnownClient {
  client: string
  region?: string
}

export interface Plan {
  /** Names of the stages, in order; at least one. */
  stages: string[]
  /** Each client with the index of its stage. */
  members: { client: string; stage: number }[]
}

/** The order of the regions; one that is not listed comes after these, by name. */
const regionOrder = ['us', 'eu', 'asia', 'me']

// No region can be named like these.
export const firstStage = 'one client'
export const lastStage = 'all'

/**
 * By region where the clients are in several, who has none coming last; else one client, then all. The last stage may
 * be empty: it is where a client goes that nobody knew at the push.
 */
export function planOf(clients: readonly KnownClient[]): Plan {
  const sorted = clients.toSorted((a, b) => (a.client < b.client ? -1 : 1))
  const regions = [...new Set(sorted.flatMap(({ region }) => region ?? []))].sort(byOrder)
  if (regions.length > 1) {
    const stages = [...regions, lastStage]
    return {
      stages,
      members: sorted.map(({ client, region }) => ({ client, stage: stageOf(stages, region) })),
    }
  }
  if (sorted.length === 0) return { stages: [lastStage], members: [] }
  return {
    stages: [firstStage, lastStage],
    members: sorted.map(({ client }, index) => ({ client, stage: index === 0 ? 0 : 1 })),
  }
}

/** The stage of a client that was not there when the plan was made. */
export function stageOf(stages: readonly string[], region: string | undefined): number {
  const stage = region === undefined ? -1 : stages.indexOf(region)
  return stage === -1 ? stages.length - 1 : stage
}

function byOrder(a: string, b: string): number {
  const rank = (region: string) => {
    const index = regionOrder.indexOf(region)
    return index === -1 ? regionOrder.length : index
  }
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}
