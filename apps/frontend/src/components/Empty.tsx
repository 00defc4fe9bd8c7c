import type { ReactNode } from "react";

type Props = { title: string; children?: ReactNode; testId: string };

/** Says that there is nothing to show and what to do about it. */
export function Empty({ title, children, testId }: Props) {
  return (
    <div className="empty" data-testid={testId}>
      <p className="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}
