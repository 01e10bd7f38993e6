import { registerScenarios } from '../harness/index.ts'

await registerScenarios()
