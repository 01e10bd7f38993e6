/** What the service says about a document. */
import type { ConfigDocument } from './documents.ts'

export function documentView(document: ConfigDocument) {
  const { version, value } = document.promoted
  const rollout = document.state.rollout ? { rollout: rolloutView(document) } : {}
  return { version, value, promoted: version, frozen: document.state.frozen, ...rollout }
}

/** Stages are counted from 1; while the whole bakes, it is the last one. */
export function rolloutView({ state, promoted }: ConfigDocument) {
  const { rollout, ended } = state
  if (!rollout) return ended ?? { version: promoted.version, state: 'none', stage: 0, stages: 0 }
  const { version, stage, stages, members } = rollout
  return {
    version,
    state: 'baking',
    stage: Math.min(stage + 1, stages.length),
    stages: stages.length,
    names: stages,
    clients: members.map(({ client, stage, applied }) => ({ client, stage: stage + 1, applied })),
  }
}

/** The versions, oldest first, each with what has become of it. */
export function historyView({ history, state }: ConfigDocument) {
  return history.map(({ promoted, ...version }) => {
    const trying = version.version === state.rollout?.version ? 'baking' : 'rolled-back'
    return { ...version, state: promoted ? 'promoted' : trying }
  })
}
