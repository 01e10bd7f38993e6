import { describe, expect, test } from 'vitest'
import { whatStays } from '../../../../harness/stack/containers/engine.ts'

const network = 'firebreak-x-inside'

describe('what stays on the engine', () => {
  test('is told in the words of the engine', () => {
    const errors = [new Error('permission denied')]
    expect(whatStays({ containers: 1, volumes: 0, networks: [network], errors }, [])).toMatch(
      /permission denied/,
    )
  })

  test('is a network that a stranger uses, by its name', () => {
    const stays = whatStays({ containers: 0, volumes: 0, networks: [network], errors: [] }, ['my-shell'])
    expect(stays).toMatch(/^firebreak-x-inside cannot be removed, since my-shell use it/)
  })

  test('is a network that the engine has lost count of, and the engine must be restarted', () => {
    const stays = whatStays({ containers: 0, volumes: 0, networks: [network], errors: [] }, [])
    expect(stays).toMatch(/^firebreak-x-inside cannot.*fault of the engine; restart the engine/)
  })
})
