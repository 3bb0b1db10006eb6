/** The style sheet of every page: light and dark, readable at any width, nothing that moves. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1b1f2a; --soft: #5a6375; --ground: #f6f7fa; --card: #ffffff; --line: #dde1ea;
  --accent: #3446c8; --code: #eef0f6; --good: #14713d; --bad: #b3261e;
  --get: #1d5fbf; --post: #14713d; --put: #8a5a00; --delete: #b3261e;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e9f2; --soft: #9aa5bb; --ground: #11141c; --card: #191d28; --line: #2b3242;
    --accent: #93a2ff; --code: #222838; --good: #6fd39a; --bad: #ff9d94;
    --get: #8db8ff; --post: #6fd39a; --put: #f0c06a; --delete: #ff9d94;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--ink); }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .8rem; }
h3 { font-size: 1.05rem; margin: 0 0 .3rem; }
h4 { font-size: .82rem; margin: 1.3rem 0 .4rem; color: var(--soft); text-transform: uppercase; letter-spacing: .05em; }
p { margin: .4rem 0; max-width: 75ch; }
code, pre, textarea, input { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em; }
:not(pre) > code { background: var(--code); padding: .1em .35em; border-radius: 4px; overflow-wrap: anywhere; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; margin: .4rem 0; overflow: auto; max-height: 32rem; }
.home { max-width: 60rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
.hero { display: flex; gap: 1rem; align-items: center; }
.hero p, .note, .crumbs { color: var(--soft); }
.note { font-size: .85rem; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem; }
.card dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem .9rem; margin: .8rem 0 0; font-size: .9rem; }
.card dt { color: var(--soft); } .card dd { margin: 0; }
.card.error { margin: 1rem 0; } .card.error h2 { margin: 0; } .card:target { border-color: var(--accent); }
.steps { padding-left: 1.2rem; } .steps li { margin: .9rem 0; }
.links { list-style: none; padding: 0; display: grid; gap: .55rem; }
.links li { display: grid; grid-template-columns: 9rem 1fr; gap: .75rem; } .links span { color: var(--soft); }
.reference { display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
.index { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.25rem 1rem 3rem; border-right: 1px solid var(--line); background: var(--card); font-size: .875rem; }
.index h2 { font-size: .78rem; margin: 1.3rem 0 .3rem; color: var(--soft); text-transform: uppercase; letter-spacing: .05em; }
.index ul { list-style: none; margin: 0; padding: 0; }
.index li a { display: flex; gap: .3rem; padding: .22rem .3rem; color: inherit; text-decoration: none; border-radius: 5px; }
.index li a:hover { background: var(--code); }
.filter { display: block; color: var(--soft); }
.reference main { padding: 2rem clamp(1rem, 3vw, 3rem) 5rem; }
.token { margin-top: 1.2rem; max-width: 44rem; }
input, textarea { width: 100%; padding: .45rem .6rem; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; }
textarea { resize: vertical; }
button { font: inherit; font-weight: 600; padding: .4rem 1.1rem; border: 0; border-radius: 6px; background: var(--accent); color: var(--ground); cursor: pointer; }
button.stop { background: var(--bad); }
.call { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: .55rem 0; }
.call > summary { padding: .65rem 1rem; cursor: pointer; display: flex; gap: .7rem; align-items: baseline; flex-wrap: wrap; list-style: none; }
.call > summary::-webkit-details-marker { display: none; }
.call > summary::after { content: '+'; margin-left: auto; color: var(--soft); }
.call[open] > summary::after { content: '−'; }
.call[open] > summary { border-bottom: 1px solid var(--line); }
.call .path { background: none; padding: 0; font-weight: 600; }
.call .summary { color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 0 2rem; padding: .6rem 1rem 1.2rem; }
.columns > div { min-width: 0; }
.method { font: 700 .72rem/2 ui-monospace, monospace; text-transform: uppercase; display: inline-block; flex: 0 0 3.4rem; color: var(--soft); }
.method.get { color: var(--get); } .method.post { color: var(--post); } .method.put, .method.patch { color: var(--put); } .method.delete { color: var(--delete); }
.fields { margin: .3rem 0; padding-left: .8rem; border-left: 2px solid var(--line); font-size: .92rem; }
.fields dt { margin-top: .45rem; } .fields dd { margin: 0 0 .3rem; color: var(--soft); }
.fields dd .fields { color: var(--ink); }
.type, .optional, .limits { color: var(--soft); font-size: .84rem; } .optional { font-style: italic; }
.answers { list-style: none; padding: 0; margin: 0; } .answers li { margin: .35rem 0; }
.status { font: 700 .85rem ui-monospace, monospace; color: var(--bad); } .status.ok { color: var(--good); }
.try label { display: block; margin: .5rem 0; font-size: .85rem; color: var(--soft); }
.try output { display: block; margin-top: .8rem; }
@media (max-width: 60rem) {
  .reference { grid-template-columns: minmax(0, 1fr); }
  .index { position: static; height: auto; max-height: 45vh; border-right: 0; border-bottom: 1px solid var(--line); }
  .links li { grid-template-columns: 1fr; gap: 0; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print { .index, .try, .token { display: none; } .reference { display: block; } }
`;
