// Asks every 20 seconds whether this page changed, and loads it anew when it did; not while nobody looks.
let etag = null;

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: etag ? { 'If-None-Match': etag } : {}, cache: 'no-store' });
    const newer = answer.headers.get('ETag');
    if (etag && newer && newer !== etag && answer.status === 200) location.reload();
    etag = newer ?? etag;
  } catch {
    // no network: the page stays as it is
  }
}
look();
setInterval(look, 20000);
document.addEventListener('visibilitychange', look);
