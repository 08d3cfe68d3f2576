// A hand scanner types quickly and ends with Enter. Wherever the cursor is, such a burst opens the bench with its code,
// and never presses a button. In a field that asks for a code it stays there. Slow typing is left alone.
const FASTEST = 50; // milliseconds between keys of a burst, on average
const SHORTEST = 6; // characters
let keys = [];

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const now = event.timeStamp;
  if (keys.length && now - keys.at(-1).at > 200) keys = [];
  if (event.key.length === 1) keys.push({ key: event.key, at: now });
  if (event.key !== 'Enter' && event.key !== 'Tab') return;
  const burst = keys;
  keys = [];
  if (burst.length < SHORTEST || (burst.at(-1).at - burst[0].at) / (burst.length - 1) > FASTEST) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.target.matches('input[data-scan]')) return;
  location.assign('/bench?' + new URLSearchParams({ code: burst.map(({ key }) => key).join('') }));
}, { capture: true });
