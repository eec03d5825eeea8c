/** The heading of a page: it takes the focus when the page is come to, and names the tab. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface TitleProps {
  readonly title: string;
  /** Before the heading, as the way that leads here. */
  readonly back?: VNode;
  /** Beside the heading: buttons. */
  readonly children?: ComponentChildren;
}

let isFirst = true;

export function PageTitle({ title, back, children }: TitleProps): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Reelkeep`;
    scrollTo(0, 0);
    // A page that has just been loaded is read from its beginning.
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, [title]);
  return (
    <div class="title">
      <div class="title-words">
        {back}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </div>
      {children !== undefined && <div class="title-end">{children}</div>}
    </div>
  );
}
