/** A worker that simulates one run after the other, for whoever started the thread. */
import { parentPort } from 'node:worker_threads'
import { runJob, type SimulationJob } from './job.ts'

parentPort?.on('message', ({ number, job }: { number: number; job: SimulationJob }) => {
  // Turned into text here: what was not defined is not there, for the same run as for a file.
  void runJob(job).then(done => parentPort?.postMessage({ number, text: JSON.stringify(done) }))
})
