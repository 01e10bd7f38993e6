import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// See test/e2e/breadth.ts.
const isFull = process.env.FIREBREAK_TEST_ALL === '1'
if (!isFull)
  console.warn(
    'LEFT OUT: what takes longest, test/e2e/full and more of its kind. "npm run test:all" has all tests.',
  )

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
          include: ['test/e2e/*.test.ts', ...(isFull ? ['test/e2e/full/*.test.ts'] : [])],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each of these wants the whole machine to itself.
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
