/** What all pages look alike in. A role's palette gives the colours, a role's own styles the main page. */
import type { Palette } from '../role.ts'

/** The colours of a warning, in every role. */
export const warning = {
  light: { warn: '#fff4d6', 'on-warn': '#4a3300', 'warn-edge': '#8a6100' },
  dark: { warn: '#33270a', 'on-warn': '#ffe3a1', 'warn-edge': '#c99a2e' },
} as const

/** Behind the white letters of an avatar, whatever the scheme. */
export const avatarColours = ['#a8325e', '#1f6f5c', '#3f51b5', '#8a4b08', '#6a3fa0', '#0b6390'] as const

/** The style sheet of a role. */
export function styleSheet({ light, dark }: { light: Palette; dark: Palette }, styles: string): string {
  return `:root{color-scheme:light dark;${properties({ ...light, ...warning.light })}}
@media (prefers-color-scheme:dark){:root{${properties({ ...dark, ...warning.dark })}}}
${base}${avatarColours.map((colour, index) => `.tone-${index}{background:${colour}}`).join('')}
${styles}`
}

function properties(colours: object): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')
}

// No scroll anchoring: after a reload it would push a banner that has come in under the bar.
const base = `*,::before,::after{box-sizing:border-box}
html{overflow-anchor:none;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1,h2,h3,p,ul,ol,dl,dd,figure,fieldset,table{margin:0}
ul,ol{padding:0;list-style:none}
fieldset{border:0;padding:0;min-width:0}
h1{font-size:1.5rem;line-height:1.25;letter-spacing:-.01em}
h2{font-size:1rem;line-height:1.4}
h3{font-size:1rem;line-height:1.4}
a{color:var(--link);text-underline-offset:.15em}
button,input,textarea{font:inherit}
input,textarea{width:100%;padding:.625rem .75rem;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:.5rem}
textarea{display:block;resize:vertical}
::placeholder{color:var(--quiet);opacity:1}
button,.button{display:inline-block;padding:.625rem 1.125rem;border:1px solid transparent;border-radius:.5rem;font-weight:600;line-height:1.5;text-decoration:none;color:var(--on-accent);background:var(--accent);cursor:pointer}
button:hover,.button:hover{text-decoration:underline}
:disabled{cursor:not-allowed}
:disabled button{color:var(--quiet);background:transparent;border:1px dashed var(--line);text-decoration:none}
:disabled input,:disabled textarea{background:transparent;border-style:dashed}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.bar :focus-visible{outline-color:currentColor}
.skip{position:absolute;left:.5rem;top:-4rem;z-index:9;padding:.5rem 1rem;border-radius:.5rem;background:var(--card);color:var(--link)}
.skip:focus{top:.5rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.icon{width:1.5rem;height:1.5rem;flex:none;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.avatar{display:inline-grid;place-items:center;flex:none;width:2.5rem;height:2.5rem;border-radius:50%;color:#fff;font-size:.8125rem;font-weight:700;letter-spacing:.02em}
.quiet{color:var(--quiet);font-size:.875rem}
.bar{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.5rem 1rem;padding:.625rem 1.25rem;color:var(--on-bar);background:var(--bar)}
.brand{display:inline-flex;align-items:center;gap:.5rem;font-size:1.125rem;font-weight:700;letter-spacing:-.01em;text-decoration:none;color:inherit}
.sections{display:flex;flex-wrap:wrap;gap:.25rem 1rem}
.sections a{padding:.25rem 0;color:inherit;text-decoration:none}
.sections a:hover{text-decoration:underline}
.account{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem .875rem;min-width:0;font-size:.9375rem}
.account button{padding:.25rem .75rem;color:inherit;background:transparent;border-color:currentColor;font-size:.875rem}
body.gate{display:flex;flex-direction:column}
.gate main{flex:1}
.foot{padding:1.5rem 1.25rem;text-align:center;font-size:.8125rem;color:var(--quiet)}
.banner{display:flex;gap:.75rem;align-items:flex-start;padding:.875rem 1rem;margin:0 0 1rem;color:var(--on-warn);background:var(--warn);border:1px solid var(--warn-edge);border-radius:.75rem}
.banner strong{display:block}
.banner a{color:inherit;font-weight:600;white-space:nowrap}
.composer label{display:block;margin:0 0 .375rem;font-weight:600}
.composer .row{display:flex;flex-wrap:wrap;gap:.625rem;align-items:flex-end;justify-content:flex-end}
.composer input,.composer textarea{flex:1 1 12rem}
.off{margin:.625rem 0 0;font-size:.875rem;color:var(--quiet)}
.stage{display:grid;gap:2rem;align-content:start;justify-content:center;grid-template-columns:minmax(0,26rem);padding:clamp(1.5rem,7vh,5rem) 1.25rem 1rem}
.sheet{padding:clamp(1.25rem,5vw,2rem);background:var(--card);border:1px solid var(--edge);border-radius:1rem}
.sheet>*+*,.told>*+*{margin-top:1rem}
.sheet .banner{margin-bottom:0}
.sheet h1{font-size:1.5rem}
.sheet label{display:block;font-weight:600}
.sheet label input{margin-top:.375rem;font-weight:400}
.sheet form{display:grid;gap:1rem}
.sheet .said{padding:.75rem 1rem;border-left:.25rem solid var(--line);background:var(--paper);white-space:pre-wrap}
.sign{display:grid;place-items:center;width:3rem;height:3rem;border-radius:.875rem;color:var(--on-tint);background:var(--tint)}
.hero{display:grid;gap:.5rem;justify-items:center;text-align:center}
.hero .icon{width:2.75rem;height:2.75rem;padding:.5rem;border-radius:.75rem;color:var(--on-accent);background:var(--accent)}
.hero .name{font-size:1.375rem;font-weight:700;letter-spacing:-.02em}
.place{display:flex;align-items:baseline;gap:.75rem;padding:.75rem 1rem;border-radius:.75rem;color:var(--on-tint);background:var(--tint)}
.place b{font-size:1.75rem;line-height:1}
@media (prefers-reduced-motion:no-preference){button,.button,.skip{transition:background-color .15s,top .15s}}
@media (max-width:34rem){.account span{display:none}}
@media (min-width:56rem){.stage.wide{grid-template-columns:minmax(0,22rem) minmax(0,26rem);gap:5rem;align-items:center}.wide .hero{justify-items:start;text-align:left}.wide .hero .name{font-size:2.5rem;line-height:1.1}}
`
