/** A question that has to be answered first; the browser keeps the focus inside. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly action: string;
  readonly tone?: 'danger';
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  onAction(): void;
  onClose(): void;
}

export function Dialog(props: DialogProps): VNode {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const { title, children, action, tone, isBusy, problem, onAction, onClose } = props;
  useEffect(() => box.current?.showModal(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    onAction();
  };
  return (
    <dialog ref={box} class="dialog" aria-labelledby={titleId} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={titleId}>{title}</h2>
        {children}
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="dialog-end">
          <button type="button" onClick={() => box.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={tone ?? 'primary'} disabled={isBusy}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
