import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../harness/errors.ts'
import {
  architectureNames,
  architectureOf,
  architectures,
  mitigations,
} from '../../../harness/stack/architectures.ts'
import { mitigationsSchema, mitigations as ofServices } from '../../../services/common/mitigations.ts'

describe('architectures', () => {
  test("know the services' own mitigations, all of them and by the same names", () => {
    expect(mitigations.toSorted()).toEqual(ofServices.toSorted())
  })

  test('can be told to a service', () => {
    for (const { mitigations } of architectures)
      expect([...mitigationsSchema.parse(mitigations.join(','))]).toEqual(mitigations)
  })

  test('go from nothing to everything', () => {
    expect(architectureOf('shared-fate').mitigations).toEqual([])
    expect(architectureOf('hardened').mitigations).toEqual(mitigations)
    expect(architectureNames).toEqual(architectures.map(({ name }) => name))
  })

  test('are named when one is asked for that there is not', () => {
    expect(() => architectureOf('hardend')).toThrow(
      new UsageError('no architecture "hardend"; there are: shared-fate, hardened'),
    )
  })
})
