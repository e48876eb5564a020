/** The page's style: light or dark as the reader's system is. Colours are told apart without red and green. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #16191f; --soft: #5f6b7a; --ground: #fff; --line: #d5dbdb; --baseline: #8d99a8; --window: #0073bb; --warn: #b7791f; --fail: #b0084d; --pass: #1d6f5a; }
@media (prefers-color-scheme: dark) { :root { --ink: #eaeded; --soft: #95a5b6; --ground: #16191f; --line: #414d5c; --baseline: #7d8998; --window: #44b9f0; --warn: #e8b33f; --fail: #ff7aa8; --pass: #5fc9a8; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px; }
h1 { font-size: 22px; } h2 { font-size: 18px; margin: 32px 0 4px; }
.facts, .legend, figcaption { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; }
th, td { text-align: left; vertical-align: top; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
.badge { font-size: 12px; font-weight: 700; padding: 1px 8px; border: 1px solid var(--soft); border-radius: 9px; color: var(--soft); white-space: nowrap; }
.badge.FAIL { color: var(--fail); border-color: var(--fail); } .badge.WARN { color: var(--warn); border-color: var(--warn); } .badge.PASS { color: var(--pass); border-color: var(--pass); }
svg { display: block; } svg text { font-size: 12px; fill: var(--soft); }
rect.baseline { fill: var(--baseline); } rect.window { fill: var(--window); }
.legend i { display: inline-block; width: 12px; height: 12px; } i.baseline { background: var(--baseline); } i.window { background: var(--window); margin-left: 12px; }
.line { fill: none; stroke: var(--window); stroke-width: 2; } .point { fill: var(--window); } .bound { stroke: var(--fail); stroke-dasharray: 5 4; }
figure { margin: 12px 0; } summary { cursor: pointer; }
`;
