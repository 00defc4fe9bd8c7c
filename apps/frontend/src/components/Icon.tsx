const PATHS = {
  warning: "M12 3.5 22 20.5H2L12 3.5Zm0 6.2v5m0 2.6v.2",
  info: "M12 2.8a9.2 9.2 0 1 1 0 18.4 9.2 9.2 0 0 1 0-18.4Zm0 8.4v5.6m0-9.2v.2",
  back: "M19 12H5m6-6-6 6 6 6",
  flow: "M4 5h5l6 14h5M4 19h5l6-14h5",
  check: "M4.5 12.8 9.6 18 19.5 6.5",
  cross: "M6 6 18 18M18 6 6 18",
  clock: "M12 3.2a8.8 8.8 0 1 1 0 17.6 8.8 8.8 0 0 1 0-17.6Zm0 4v5l3.4 2.2",
  play: "M7.5 5.2 18.5 12 7.5 18.8Z",
  pause: "M8.5 5.5v13m7-13v13",
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative line drawing; the words beside it carry the meaning. `path` is a product's own drawing. */
export function Icon({ name, path }: { name: IconName; path?: never } | { name?: never; path: string }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={name === undefined ? path : PATHS[name]} />
    </svg>
  );
}
