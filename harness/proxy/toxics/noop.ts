import type { ToxicType } from '../stage.ts'

/** Does nothing: the control for every other toxic. Leaves no evidence, since it touches nothing. */
export const noop: ToxicType<Record<string, never>> = {
  type: 'noop',
  goName: 'NoopToxic',
  attributes: {},
  start: context => ({
    write: chunk => context.pass(chunk),
    end: () => context.end(),
    release: () => {},
  }),
}
