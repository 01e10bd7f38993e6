/** Why a run ends before its time: the reason of an abort that is nobody's mistake. What it has measured is kept. */
export class CutShort extends Error {
  override readonly name = 'CutShort'
}
