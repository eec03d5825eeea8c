/** All files: looked for by how their names begin, or by what is in them. */
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { countText } from '../format.js';
import { replaceRoute } from '../location.js';
import { Refusal } from '../parts/answer.js';
import { FileTable } from '../parts/file-table.js';
import { Icon } from '../parts/icon.js';
import { PageTitle } from '../parts/page-title.js';
import { Pager } from '../parts/pager.js';
import { allFiles, type FileQuery, folderOf, intoFolder, toHash } from '../route.js';
import { useRights } from '../session.js';
import { PickButton } from '../uploads/pick-button.js';
import { type FileSearch, useFileSearch } from './file-search.js';

export function FilesPage({ query }: { readonly query: FileQuery }): VNode {
  const search = useFileSearch(query);
  const { may, prefix } = useRights();
  return (
    <>
      <PageTitle title="Files">
        {may('write') && <PickButton into={intoFolder(folderOf(query), prefix)} />}
      </PageTitle>
      <SearchForm query={query} />
      <Found query={query} search={search} />
    </>
  );
}

const typingPauseMs = 250;

function SearchForm({ query }: { readonly query: FileQuery }): VNode {
  const [text, setText] = useState(query.text);
  const pause = useRef<number>(undefined);
  useEffect(() => setText(query.text), [query.text]);
  const look = (asked: Partial<FileQuery>): void => {
    clearTimeout(pause.current);
    replaceRoute({ page: 'files', text, match: query.match, ...asked, after: '' });
  };
  const type = (value: string): void => {
    setText(value);
    clearTimeout(pause.current);
    pause.current = setTimeout(() => look({ text: value }), typingPauseMs);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    look({});
  };
  return (
    <form class="search" onSubmit={submit}>
      <label class="search-field">
        <span class="only-read">Text to look for in names</span>
        <Icon name="search" />
        <input
          type="search"
          value={text}
          placeholder="Find files by name"
          autoComplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => type(currentTarget.value)}
        />
      </label>
      <fieldset class="choice">
        <legend class="only-read">Names that</legend>
        {(['begins', 'contains'] as const).map((match) => (
          <label key={match}>
            <input
              type="radio"
              name="match"
              checked={query.match === match}
              onChange={() => look({ match })}
            />
            <span>{match === 'begins' ? 'Begins with' : 'Contains'}</span>
          </label>
        ))}
      </fieldset>
    </form>
  );
}

interface FoundProps {
  readonly query: FileQuery;
  readonly search: FileSearch;
}

function Found({ query, search }: FoundProps): VNode {
  const { files, next, isOver, problem } = search;
  const isFirst = query.after === '';
  return (
    <>
      {problem !== undefined && <Refusal message={problem} />}
      <Progress query={query} search={search} />
      {files.length > 0 && <FileTable caption="Files" files={files} />}
      {isOver && files.length === 0 && problem === undefined && <Nothing query={query} />}
      <Pager
        label="Pages of files"
        first={isFirst ? undefined : toHash({ page: 'files', ...query, after: '' })}
        next={
          isOver && next !== undefined
            ? toHash({ page: 'files', ...query, after: next })
            : undefined
        }
      />
    </>
  );
}

/** Looking into every name takes a while among very many: so far, and a way to stop. */
function Progress({ query, search }: FoundProps): VNode | null {
  const { files, scanned, isOver, stop } = search;
  if (query.match !== 'contains' || query.text === '' || scanned === 0) return null;
  const found = `${countText(files.length)} found in ${countText(scanned)} names`;
  return (
    <p class="search-progress soft">
      {isOver ? found : `${found} so far…`}
      {!isOver && (
        <button type="button" onClick={stop}>
          Stop
        </button>
      )}
    </p>
  );
}

function Nothing({ query: { text, match } }: { readonly query: FileQuery }): VNode {
  if (text === '')
    return (
      <div class="card empty">
        <p>No file is stored yet.</p>
        <p class="soft">Drop mp4 files here, or choose some above.</p>
      </div>
    );
  return (
    <div class="card empty">
      <p>
        No name {match === 'begins' ? 'begins with' : 'contains'} “{text}”.
      </p>
      <p>
        <a href={toHash({ page: 'files', ...allFiles })}>Show all files</a>
      </p>
    </div>
  );
}
