/** The text of a new fault, which works as it is: it stops an instance, and shows what one has to think of. */
import type { Layer } from '../faults/fault.ts'
import { camelCase, sourceOf } from './source.ts'

export interface NewFault {
  kind: string
  layer: Layer
  /** One line, for lists. */
  summary: string
  /** From where the file imports firebreak. */
  importFrom: string
}

export function newFault({ kind, layer, summary, importFrom }: NewFault): string {
  const name = sourceOf(kind)
  return `import { defineFault, z } from ${sourceOf(importFrom)}

export const ${camelCase(kind)} = defineFault({
  kind: ${name},
  layer: ${sourceOf(layer)},
  summary: ${sourceOf(summary)},
  params: z.strictObject({ instance: z.string().default('config') }),
  target: ({ instance }) => instance,
  // What does not fit a stack, said before one is started.
  problems: ({ instance }, { services }) =>
    services.some(each => each.name === instance) ? [] : [\`there is no \${instance}\`],
  // What it has for itself: no two faults may hold the same at the same time.
  holds: ({ instance }) => [\`instance:\${instance}\`],
  // Resolves once it is on.
  async inject({ instance }, { services }) {
    await services.pause(instance)
    const state = async () => (await services.status(instance)).state
    return {
      // What somebody else says who can see it. Without evidence a run is not proven.
      async evidence() {
        const seen = { fault: ${name}, target: instance, witness: 'the runtime', observed: 'paused' }
        return (await state()) === 'paused' ? [seen] : []
      },
      // May be asked again after it failed.
      undo: () => services.resume(instance),
      // Looked at after the undo, by other means than the undo itself.
      remains: async () => ((await state()) === 'running' ? [] : [\`\${instance} does not run\`]),
    }
  },
})
`
}
