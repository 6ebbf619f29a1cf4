import type { Geometry } from "./layout";
import { presenceOf } from "./layout";
import classes from "./Picture.module.css";
import { before, bearing, type Place } from "./places";

interface Props {
  places: readonly Place[];
  geometry: Geometry;
  now: number;
  shown: string | null;
}

/** The lines from the middle to everybody, each with an arrow that points at who was contacted. */
export function Rays({ places, geometry, now, shown }: Props) {
  return (
    <g aria-hidden="true">
      {places.map((place) => place.kind !== "me" && <Ray key={place.key} place={place} geometry={geometry} now={now} shown={place.key === shown} />)}
    </g>
  );
}

function Ray({ place, geometry, now, shown }: { place: Exclude<Place, { kind: "me" }>; geometry: Geometry; now: number; shown: boolean }) {
  const isContact = place.kind === "contact";
  const node = isContact ? place.session : place.peer;
  const edge = (isContact ? geometry.contact : geometry.peer) + 3;
  const end = before(geometry, place.at, edge);
  const tip = before(geometry, place.at, edge + (isContact ? 7 : 6));
  const length = Math.hypot(place.at.x - geometry.middle, place.at.y - geometry.middle);
  const start = before(geometry, place.at, length - geometry.me - 3);
  const turn = bearing(geometry, place.at) + (node.direction === "out" ? 0 : 180);
  const gone = place.kind === "peer" && place.leaving;
  return (
    <g className={classes.ray} data-kind={place.kind} data-shown={shown || undefined} opacity={gone ? 0 : isContact ? 1 : presenceOf(now - node.lastSeen)}>
      <line x1={start.x} y1={start.y} x2={end.x} y2={end.y} />
      <path d="M-4,-3.4 L3.4,0 L-4,3.4 Z" transform={`translate(${tip.x.toFixed(2)} ${tip.y.toFixed(2)}) rotate(${turn.toFixed(2)})`} />
    </g>
  );
}
