import { useEffect } from "react";
import { useSite } from "./site";

/** Sets the title of the browser's tab. */
export function useTitle(title: string): void {
  const { name } = useSite();
  useEffect(() => {
    document.title = title === "" ? name : `${title} · ${name}`;
  }, [title, name]);
}
