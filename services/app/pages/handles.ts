import type { Pool } from './variants.ts'

/** The people in everybody's pages. */
export const handles: Pool<string> = [
  'ridge_walker',
  'tidepool',
  'slow_baker',
  'night_ferry',
  'lamp_and_moss',
  'kite_club',
  'north_pier',
  'paper_crane',
  'second_breakfast',
  'cold_frame',
  'old_tram',
  'window_seat',
]
