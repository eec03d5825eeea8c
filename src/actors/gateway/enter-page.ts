/** The page that a link opens: it gives the key, which no server is sent otherwise, for a session. */
export const enterPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Reelkeep</title>
<script src="/enter.js" defer></script>
</head>
<body>
<main>
<h1>Reelkeep</h1>
<p id="news" role="status">Opening …</p>
<noscript><p>This page needs JavaScript to open the link.</p></noscript>
</main>
</body>
</html>
`;

export const enterScript = `'use strict';
const key = location.hash.slice(1);
// Out of the address, and so out of the history, before anything else.
history.replaceState(null, '', location.pathname);
const tell = (news) => {
  document.getElementById('news').textContent = news;
};
const enter = async () => {
  if (key === '') return tell('This is no whole link: ask for another one.');
  const answer = await fetch('/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  if (answer.ok) return location.replace('/');
  const { error } = await answer.json();
  tell(error.message);
};
enter().catch(() => tell('The gateway does not answer: load this link again.'));
`;
