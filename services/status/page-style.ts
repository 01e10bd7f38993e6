/** Colour never stands alone: each level and each result has its sign and its words too. */
const light = `--ink:#14181f;--quiet:#566070;--paper:#f5f6f8;--card:#fff;--line:#dce0e7;--link:#1d4ed8;
--good:#0d6b3f;--good-paper:#e3f4ea;--warn:#855300;--warn-paper:#fdf1d8;--bad:#b01b2e;--bad-paper:#fce6e8;
--good-fill:#0f7a48;--warn-fill:#905a00;--bad-fill:#b01b2e;--curve:#3557b7;--curve-paper:#3557b722`
const dark = `--ink:#e9ecf1;--quiet:#a3adbd;--paper:#0f1216;--card:#181c22;--line:#2d343e;--link:#8fb0ff;
--good:#6fd8a1;--good-paper:#12291d;--warn:#f2c267;--warn-paper:#2f2510;--bad:#ff9aa4;--bad-paper:#381a1f;
--good-fill:#0f6b40;--warn-fill:#855300;--bad-fill:#a31b2d;--curve:#8fb0ff;--curve-paper:#8fb0ff26`

export const pageStyle = `:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1,h2,h3,p,ul,ol,dl,dd,table{margin:0}
a{color:var(--link)}
ul,ol{padding:0;list-style:none}
.wrap{max-width:60rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:.25rem 1rem;padding:1.5rem 0 1rem}
h1{font-size:1.25rem;letter-spacing:-.01em}
h2{font-size:1.125rem;margin:2rem 0 .75rem}
h3{font-size:1.0625rem;line-height:1.3}
.quiet{color:var(--quiet);font-size:.875rem}
time,.number{font-variant-numeric:tabular-nums}
.icon{width:1.125em;height:1.125em;flex:none;vertical-align:-.2em;fill:none;stroke:currentColor;stroke-width:2.25;stroke-linecap:round;stroke-linejoin:round}
.banner{display:flex;gap:.875rem;align-items:flex-start;padding:1.125rem 1.25rem;border-radius:.75rem;color:#fff}
.banner .icon{width:1.75rem;height:1.75rem;margin-top:.0625rem}
.banner strong{display:block;font-size:1.25rem;line-height:1.4}
.banner.good{background:var(--good-fill)}.banner.warn{background:var(--warn-fill)}.banner.bad{background:var(--bad-fill)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem}
.product{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,20rem);gap:.75rem 2rem;padding:1.125rem 1.25rem;margin-bottom:.75rem}
.product.warn{border-left:.25rem solid var(--warn)}.product.bad{border-left:.25rem solid var(--bad)}
.title{display:flex;flex-wrap:wrap;align-items:center;gap:.375rem .75rem}
.level{display:inline-flex;align-items:center;gap:.375rem;padding:.125rem .625rem;border-radius:1rem;font-size:.875rem;font-weight:600;white-space:nowrap}
.good .level,.level.good{color:var(--good);background:var(--good-paper)}
.warn .level,.level.warn{color:var(--warn);background:var(--warn-paper)}
.bad .level,.level.bad{color:var(--bad);background:var(--bad-paper)}
.since{margin:.25rem 0 .875rem}
.regions{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 1.75rem}
.regions li{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 .75rem;padding:.3125rem 0;border-top:1px solid var(--line);font-size:.875rem}
.regions b{font-weight:500}
.state{white-space:nowrap}
.state.good{color:var(--good)}.state.warn{color:var(--warn)}.state.bad{color:var(--bad)}.state.none{color:var(--quiet)}
.reports h4{margin:0;font-size:.875rem;font-weight:600;display:flex;justify-content:space-between;gap:1rem}
.reports h4 span{font-weight:400;color:var(--quiet)}
.chart{display:block;width:100%;height:3.25rem;margin:.375rem 0 .25rem}
.chart path{vector-effect:non-scaling-stroke;fill:none}
.chart .grid{stroke:var(--line)}
.chart .line{stroke:var(--curve);stroke-width:2;stroke-linejoin:round}
.chart .area{fill:var(--curve-paper)}
.chart .usual{stroke:var(--quiet);stroke-dasharray:4 4}
.axis{display:flex;justify-content:space-between;font-size:.75rem;color:var(--quiet)}
details{margin-top:.125rem;font-size:.875rem}
summary{cursor:pointer;color:var(--link);width:fit-content}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:.25rem}
table{border-collapse:collapse;width:100%;margin-top:.375rem}
caption{text-align:left;color:var(--quiet);padding-bottom:.25rem}
th,td{padding:.1875rem 0;text-align:left;border-bottom:1px solid var(--line);font-weight:400}
th:last-child,td:last-child{text-align:right}
.incident{padding:1rem 1.25rem;border-bottom:1px solid var(--line)}
.incident:last-child{border-bottom:0}
.incident ol{margin:.625rem 0 0;padding-left:1rem;border-left:2px solid var(--line)}
.incident li{padding:.125rem 0;font-size:.9375rem}
.none-yet{padding:1rem 1.25rem;color:var(--quiet)}
footer{padding:1.5rem 0 2.5rem}
footer p{margin-bottom:.25rem}
@media (max-width:44rem){.product{grid-template-columns:minmax(0,1fr);padding:1rem}.regions{grid-template-columns:minmax(0,1fr)}header{padding:1rem 0 .75rem}}
@media (forced-colors:active){.banner,.level{border:1px solid}}
`
