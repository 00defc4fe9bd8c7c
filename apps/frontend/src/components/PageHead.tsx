import type { ReactNode } from "react";
import { useTitle } from "../lib/useTitle";

type Props = { title: string; children?: ReactNode };

/** The heading of a page, an optional sentence below it, and the title of the browser's tab. */
export function PageHead({ title, children }: Props) {
  useTitle(title);
  return (
    <div className="page-head">
      <h1>{title}</h1>
      {children !== undefined && <p className="lead">{children}</p>}
    </div>
  );
}
