/** Under these names a test's run, as JSON, and the logs of its stack are attached to it; the reporter reads them. */
export const runAttachment = 'firebreak-run'
export const logsAttachment = 'firebreak-logs'
