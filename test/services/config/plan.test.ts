import { describe, expect, test } from 'vitest'
import { firstStage, lastStage, planOf, stageOf } from '../../../services/config/plan.ts'

describe('planOf', () => {
  test('goes region by region where the clients are in several, in the order of the regions', () => {
    const clients = ['me', 'asia', 'elsewhere', 'us', 'eu', 'us'].map((region, index) => ({
      client: `auth-${index}`,
      region,
    }))
    expect(planOf(clients)).toEqual({
      stages: ['us', 'eu', 'asia', 'me', 'elsewhere', lastStage],
      members: [
        { client: 'auth-0', stage: 3 },
        { client: 'auth-1', stage: 2 },
        { client: 'auth-2', stage: 4 },
        { client: 'auth-3', stage: 0 },
        { client: 'auth-4', stage: 1 },
        { client: 'auth-5', stage: 0 },
      ],
    })
  })

  test('puts who has no region last', () => {
    const { members } = planOf([
      { client: 'a' },
      { client: 'b', region: 'eu' },
      { client: 'c', region: 'us' },
    ])
    expect(members).toEqual([
      { client: 'a', stage: 2 },
      { client: 'b', stage: 1 },
      { client: 'c', stage: 0 },
    ])
  })

  test.each([
    [[{ client: 'b' }, { client: 'a' }, { client: 'c' }]],
    [
      [
        { client: 'b', region: 'us' },
        { client: 'a', region: 'us' },
        { client: 'c', region: 'us' },
      ],
    ],
  ])('takes one client first where there is one region or none: %j', clients => {
    expect(planOf(clients)).toEqual({
      stages: [firstStage, lastStage],
      members: [
        { client: 'a', stage: 0 },
        { client: 'b', stage: 1 },
        { client: 'c', stage: 1 },
      ],
    })
  })

  test('has a stage even where there is nobody', () => {
    expect(planOf([])).toEqual({ stages: [lastStage], members: [] })
  })
})

describe('stageOf', () => {
  test.each([
    ['eu', 1],
    ['us', 0],
    ['mars', 2],
    [undefined, 2],
  ])('a client from %s joins stage %i', (region, stage) => {
    expect(stageOf(['us', 'eu', lastStage], region)).toBe(stage)
  })
})
