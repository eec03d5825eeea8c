import { render } from 'preact';
import { App } from './app.js';
import { startListening } from './live.js';
import './styles/base.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/tables.css';
import './styles/uploads.css';
import './styles/overview.css';
import './styles/files.css';
import './styles/file.css';
import { isShutOut, loadSession } from './session.js';
import { applyTheme } from './theme.js';

const found = document.getElementById('console');
if (found === null) throw new Error('the page has no place for the console');
const place: HTMLElement = found;

function begin(): void {
  render(<App />, place);
  if (!isShutOut()) startListening();
}

applyTheme();
// A gateway that does not say is asked by each page again, and refuses by itself.
loadSession().then(begin, begin);
