/** Under this name a test's run is attached to it, as JSON; the reporter reads it. */
export const runAttachment = 'firebreak-run'
