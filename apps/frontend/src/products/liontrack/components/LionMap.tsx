import { useI18n } from "../texts";
import { frameOf, type Place } from "./map";

export type Mark = Place & { id: string; name: string; tone: string };
type Props = {
  marks: readonly Mark[];
  /** Places that are joined by a line, oldest first. */
  track?: readonly Place[];
};

/** Places on a grid of degrees. The table beside the map contains the same facts as text. */
export function LionMap({ marks, track = [] }: Props) {
  const { t, format } = useI18n();
  const places = [...track, ...marks];
  if (places.length === 0) return <p>{t("map.empty")}</p>;
  const { width, height, project, lats, lngs } = frameOf(places);
  const west = { x: 0, y: 0 };
  return (
    <svg
      className="lion-map"
      viewBox={`-14 -4 ${width + 20} ${height + 14}`}
      role="img"
      aria-label={t("map.label", { points: places.length })}
      data-testid="map"
      data-points={places.length}
    >
      <rect className="lion-map-ground" width={width} height={height} />
      {lats.map((lat) => {
        const { y } = project({ lat, lng: 0 });
        return (
          <g key={`lat ${lat}`} className="lion-map-grid">
            <line x1={west.x} x2={width} y1={y} y2={y} />
            <text x={-1} y={y + 1} textAnchor="end">
              {format.exact(lat)}°
            </text>
          </g>
        );
      })}
      {lngs.map((lng) => {
        const { x } = project({ lat: 0, lng });
        return (
          <g key={`lng ${lng}`} className="lion-map-grid">
            <line x1={x} x2={x} y1={0} y2={height} />
            <text x={x} y={height + 5} textAnchor="middle">
              {format.exact(lng)}°
            </text>
          </g>
        );
      })}
      {track.length > 0 && (
        <polyline
          className="lion-map-track"
          points={track
            .map(project)
            .map(({ x, y }) => `${x.toFixed(2)},${y.toFixed(2)}`)
            .join(" ")}
        />
      )}
      {marks.map((mark) => {
        const { x, y } = project(mark);
        return (
          <g key={mark.id} className={`lion-map-mark state-${mark.tone}`}>
            <circle cx={x} cy={y} r={1.6} />
            <text
              x={x > width * 0.6 ? x - 2.4 : x + 2.4}
              y={y + 1.2}
              textAnchor={x > width * 0.6 ? "end" : "start"}
            >
              {mark.name}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
