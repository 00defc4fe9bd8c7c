import { type ReactNode, useId } from "react";

type Props = {
  title: ReactNode;
  /** Further words beside the title, such as a period. */
  note?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** A titled part of a page on its own surface. */
export function Panel({ title, note, className = "", children }: Props) {
  const id = useId();
  return (
    <section className={`panel ${className}`.trim()} aria-labelledby={id}>
      <h2 id={id}>
        {title} {note !== undefined && <small>{note}</small>}
      </h2>
      {children}
    </section>
  );
}
