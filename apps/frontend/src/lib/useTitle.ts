import { useEffect } from "react";
import { useSite } from "./site";

/** Names the browser's tab after what the page shows. */
export function useTitle(title: string): void {
  const { name } = useSite();
  useEffect(() => {
    document.title = title === "" ? name : `${title} · ${name}`;
  }, [title, name]);
}
