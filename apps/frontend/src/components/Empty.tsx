import type { ReactNode } from "react";

type Props = { title: string; children?: ReactNode; testId: string };

/** A message for an empty list, with the next step. */
export function Empty({ title, children, testId }: Props) {
  return (
    <div className="empty" data-testid={testId}>
      <p className="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}
