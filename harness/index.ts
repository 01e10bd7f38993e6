/** All that a scenario file imports. */
export { configPush } from './faults/config-push.ts'
export { latency } from './faults/latency.ts'
export { reset } from './faults/reset.ts'
export { timeout } from './faults/timeout.ts'
export type { Outcome } from './outcome/outcome.ts'
export { registerScenarios } from './playwright/register.ts'
export { type Scenario, type ScenarioDefinition, scenario, type VerdictFunction } from './scenario.ts'
export { architecture } from './stack/architectures.ts'
