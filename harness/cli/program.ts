/** The commands, as commander has them. */
import { Command } from 'commander'
import { addCalibrate } from './calibrate.ts'
import { addCompare } from './compare.ts'
import { addDoctor } from './doctor.ts'
import { addExplain } from './explain.ts'
import { addExplore } from './explore.ts'
import { addList } from './list.ts'
import { addMerge } from './merge.ts'
import { addNew } from './new.ts'
import { addNoise } from './noise.ts'
import { addReport } from './report.ts'
import { addRun } from './run.ts'
import { addSensitivity } from './sensitivity.ts'
import { addUp } from './up.ts'

export function createProgram(): Command {
  const program = new Command('firebreak')
    .description('Reproduces the outage that logs everyone out, and measures who falls.')
    .showHelpAfterError()
    .exitOverride()
  addRun(program)
  addUp(program)
  addNoise(program)
  addSensitivity(program)
  addExplore(program)
  addCalibrate(program)
  addNew(program)
  addList(program)
  addReport(program)
  addExplain(program)
  addCompare(program)
  addMerge(program)
  addDoctor(program)
  return program
}
