/** The script of the reference page: filter, try-it forms, live curl. Plain text, since it runs in a browser. */

export const DOCS_SCRIPT = String.raw`'use strict';
const token = document.getElementById('token');
const filter = document.getElementById('filter');
token.value = sessionStorage.getItem('guildhall-token') ?? '';
token.addEventListener('input', () => sessionStorage.setItem('guildhall-token', token.value));
document.getElementById('token-form').addEventListener('submit', (event) => event.preventDefault());

filter.addEventListener('input', () => {
  const words = filter.value.toLowerCase().split(/\s+/);
  for (const entry of document.querySelectorAll('[data-call]')) {
    entry.hidden = !words.every((word) => entry.dataset.call.includes(word));
  }
  for (const group of document.querySelectorAll('[data-group]')) {
    group.hidden = group.querySelector('[data-call]:not([hidden])') === null;
  }
});

document.addEventListener('keydown', (event) => {
  const typing = /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key === '/' && !typing) {
    event.preventDefault();
    filter.focus();
  }
});

const openTarget = () => {
  const target = location.hash === '' ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName === 'DETAILS') target.open = true;
  target?.scrollIntoView();
};
addEventListener('hashchange', openTarget);
openTarget();

function readForm(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const input of form.querySelectorAll('input[data-in]')) {
    const value = input.value.trim();
    if (input.dataset.in === 'path') path = path.replace('{' + input.name + '}', value === '' ? '{' + input.name + '}' : encodeURIComponent(value));
    else if (value !== '' && input.dataset.in === 'query') query.set(input.name, value);
    else if (value !== '') headers[input.name] = value;
  }
  const file = form.querySelector('input[type=file]');
  const body = file === null ? form.querySelector('textarea')?.value : file.files[0];
  if (form.dataset.type !== '') headers['Content-Type'] = form.dataset.type;
  const search = query.toString();
  return { method: form.dataset.method.toUpperCase(), url: path + (search === '' ? '' : '?' + search), headers, body };
}

const quote = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

function curlOf(form, secured) {
  const call = readForm(form);
  const url = location.origin + call.url;
  const lines = ['curl ' + (call.method === 'GET' ? '' : '-X ' + call.method + ' ') + (/[&?]/.test(url) ? quote(url) : url)];
  if (secured) lines.push('  -H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(call.headers)) lines.push('  -H ' + quote(name + ': ' + value));
  if (call.body instanceof File) lines.push('  --data-binary ' + quote('@' + call.body.name));
  else if (call.body !== undefined) lines.push('  -d ' + quote(call.body));
  return lines.join(' \\\n');
}

async function send(form, output, stop) {
  const call = readForm(form);
  const abort = new AbortController();
  stop.onclick = () => abort.abort();
  if (token.value !== '') call.headers.Authorization = 'Bearer ' + token.value.trim();
  output.hidden = false;
  output.replaceChildren('…');
  const started = performance.now();
  try {
    const answer = await fetch(call.url, { ...call, signal: abort.signal });
    const time = Math.round(performance.now() - started);
    const status = document.createElement('strong');
    status.className = answer.ok ? 'status ok' : 'status';
    status.textContent = answer.status;
    const note = document.createElement('span');
    note.className = 'note';
    note.textContent = ' ' + time + ' ms · ' + (answer.headers.get('x-request-id') ?? '') + ' · ' + (answer.headers.get('ratelimit') ?? '');
    const pre = document.createElement('pre');
    output.replaceChildren(status, note, pre);
    if ((answer.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
      stop.hidden = false;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const part = await reader.read();
        if (part.done) break;
        pre.textContent = (pre.textContent + part.value).slice(-50000);
      }
      return;
    }
    const text = await answer.text();
    try {
      const value = JSON.parse(text);
      pre.textContent = JSON.stringify(value, null, 2);
      if (typeof value.accessToken === 'string') {
        token.value = value.accessToken;
        token.dispatchEvent(new Event('input'));
      }
    } catch {
      pre.textContent = text;
    }
  } catch (error) {
    if (!abort.signal.aborted) output.replaceChildren(String(error));
  } finally {
    stop.hidden = true;
  }
}

for (const form of document.querySelectorAll('form.try')) {
  const output = form.querySelector('output');
  const stop = form.querySelector('.stop');
  const code = form.parentElement.querySelector('.curl');
  const secured = code.textContent.includes('Authorization');
  form.hidden = false;
  form.addEventListener('input', () => {
    code.textContent = curlOf(form, secured);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form, output, stop);
  });
}
`;
