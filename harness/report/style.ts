import pc from 'picocolors'

/** Colours, where the output is a terminal that wants them (NO_COLOR and FORCE_COLOR are honoured). */
export type Style = ReturnType<typeof pc.createColors>

export function styleFor(stream: { isTTY?: boolean }): Style {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (NO_COLOR) return pc.createColors(false)
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') return pc.createColors(true)
  return pc.createColors(stream.isTTY === true && process.env.TERM !== 'dumb')
}
