import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** What is sent in one piece arrives in many, as over a path of small packets: readers see half a header, half a body. */
export const slicer = defineFault({
  kind: 'slicer',
  layer: 'network',
  summary: 'What crosses a link arrives in small pieces',
  params: z
    .strictObject({
      link: linkPattern,
      /** How large the pieces are, bytes. */
      averageBytes: z.number().int().min(1).max(1_000_000),
      /** Give or take, bytes. */
      variationBytes: z.number().int().min(0).max(1_000_000).default(0),
      /** Pause after each piece, ms; down to 0.001. */
      pauseMs: z.number().min(0).max(60_000).default(0),
      stream: z.enum(['upstream', 'downstream']).default('downstream'),
      /** Share of connections, 0 to 1. */
      toxicity: z.number().min(0).max(1).default(1),
    })
    .refine(({ averageBytes, variationBytes }) => variationBytes < averageBytes, {
      path: ['variationBytes'],
      message: 'must be less than averageBytes',
    }),
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  inject: ({ link, averageBytes, variationBytes, pauseMs, stream, toxicity }, stack) =>
    injectToxic('slicer', stack, link, {
      type: 'slicer',
      stream,
      toxicity,
      // Its delay is in microseconds.
      attributes: {
        average_size: averageBytes,
        size_variation: variationBytes,
        delay: Math.round(pauseMs * 1_000),
      },
    }),
})
