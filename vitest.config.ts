import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Tests with real stacks that measure something, or are about the engine itself: each wants the machine to itself. */
const measuring = [
  'containers',
  'containers-images',
  'conformance',
  'control-room',
  'engine-death',
  'http-faults',
  'planted',
  'suite',
  'tls',
  'watch',
  'witness',
].map(name => `test/e2e/${name}.test.ts`)

export default defineConfig({
  test: {
    // Quiet when green, complete when red.
    silent: 'passed-only',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          testTimeout: 20_000,
          // Most of them wait for something most of the time.
          maxWorkers: Math.max(4, availableParallelism()),
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: measuring,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // They wait for stacks to come and go, and nothing that they look at depends on how fast that is.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'measured',
          include: measuring,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
