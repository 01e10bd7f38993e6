/**
 * What Node is told when it runs the fault proxy. Next to nothing of what it makes lives long, so a small young space
 * is as fast as a large one, and one thread collects it with less work than several.
 */
export const proxyNodeFlags: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=1',
  '--single-threaded-gc',
]
